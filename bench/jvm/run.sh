#!/usr/bin/env bash
# The cost of a call of the library and of a callback out of it, by JNI and by FFM beside plain C, in one run: a line of
# JSON each, {"name", "ns"}, the median of nine rounds.
#
#   run.sh [TIMES]    after ./dev build and mvn -f hosts/pom.xml package; JAVA_HOME is a JDK 22 or later
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$here/../..
times=${1:-1000000}
class_path="$root/hosts/jvm/target/winnow-0.1.0.jar:$root/hosts/jvm/target/lib/*"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cc -std=gnu11 -O2 -fPIC -shared -fvisibility=hidden -I"$root" "$here/echo.c" -o "$work/libwinnow.so"
cc -std=gnu11 -O2 -I"$root" "$here/calls.c" -L"$work" -lwinnow -Wl,-rpath,"$work" -o "$work/calls"
cp "$root/build/release/libwinnow_jni.so" "$work/"
"$work/calls" "$times"
for bridge in jni ffm; do
  "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dwinnow.bridge=$bridge -Dwinnow.library.path="$work" \
    -cp "$class_path" "$here/Calls.java" "$times"
done
