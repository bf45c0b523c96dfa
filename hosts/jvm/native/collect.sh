#!/usr/bin/env bash
# Lays out the folder that travels inside the jar: both libraries and every library that they need but those of glibc, stripped, each finding
# the others beside itself, with their digests. So a server needs nothing installed but its Java and a glibc as new as Debian 12's.
#
#   collect.sh FOLDER libwinnow.so libwinnow_jni.so
set -euo pipefail
folder=$1 && shift

# Of the same glibc as the process: a second one beside it would not work.
of_glibc='^(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|anl|nss_.*|mvec))\.so'
# The usual way to log in to MySQL. libmariadb loads it by its file's name when it needs it, from a folder that a server may
# not have: here it is loaded with winnow, which registers it (database/mysql/client/library.cpp).
plugin=caching_sha2_password.so

needed=$(ldd "$1" | awk '$2 == "=>" {print $1, $3}')
rm -rf "$folder"
mkdir -p "$folder"
for library in "$@"; do cp -L "$library" "$folder/"; done
while read -r name path; do
  [[ $path == /* ]] || { echo "collect.sh: $1 needs $name, which is not installed" >&2; exit 1; }
  [[ $name =~ $of_glibc ]] || cp -L "$path" "$folder/$name"
  [[ $name != libmariadb.so.* ]] || cp -L "$(dirname "$path")/libmariadb3/plugin/$plugin" "$folder/"
done <<<"$needed"

cd "$folder"
for library in *; do
  chmod 644 "$library"
  strip --strip-unneeded "$library"
  patchelf --force-rpath --set-rpath '$ORIGIN' "$library"
done
if [ -e $plugin ]; then patchelf --add-needed $plugin libwinnow.so; fi
sha256sum -- * >../SHA256SUMS
mv ../SHA256SUMS .
