#!/usr/bin/env bash
# The cost of a call of the library and of a callback out of it, by JNI and by FFM beside plain C, in turns of one run.
#
#   run.sh [TIMES]    how often a round calls (1,000,000); prints what bench/cases/scripts.py reads
source "$(dirname "$(readlink -f "$0")")/../begin.sh" java portable
times=${1:-1000000}

need "${portable_packages[@]}" "${jvm_packages[@]}"
use_javas
build_portable x86_64 winnow_shared winnow_jni
maven --quiet -f hosts/jvm/pom.xml package -DskipTests >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -std=gnu11 -O2 -fPIC -shared -fvisibility=hidden -I. bench/jvm/echo.c -o "$work/libwinnow.so"
cc -std=gnu11 -O2 -I. bench/jvm/calls.c -L"$work" -lwinnow -Wl,-rpath,"$work" -o "$work/calls"
cp build/portable-x86_64/libwinnow_jni.so "$work/"
class_path="hosts/jvm/target/winnow-$(<VERSION).jar:hosts/jvm/target/lib/*"
java_compiler
"$JAVA_HOME/bin/java" -jar "$REPLY" -source 25 -target 25 -cp "$class_path" -d "$work" bench/jvm/Calls.java

through() {  # BRIDGE
  "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dwinnow.bridge="$1" -Dwinnow.library.path="$work" \
    -cp "$class_path:$work" Calls "$times"
}
for _ in 1 2 3; do
  "$work/calls" "$times"
  through jni
  through ffm
done | python3 bench/jvm/ratios.py
