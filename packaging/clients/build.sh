#!/usr/bin/env bash
# The client libraries of the portable builds (versions.txt, recipes.sh), compiled once for an architecture and kept outside of the
# tree, each under a name that says what went into it: a changed line builds that library, and what needs it, again.
#
#   build.sh ARCH      builds what is missing (x86_64 or aarch64) and prints the folders, a line each
#
# Sources are Debian's source packages: apt fetches them from where this machine's packages come from, and checks Debian's
# signature. WINNOW_RELEASE=1 takes the versions of versions.txt alone; otherwise a version that Debian has replaced since gives
# way to the one that replaced it, with a word: tests go on, and a release waits for the line.
# WINNOW_SOURCE_mariadb=FOLDER takes another source tree for a library (any of versions.txt): packaging/LICENCES.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
jobs=$(nproc)
source "$here/recipes.sh"
source "$here/source.sh"

toolchain=$("$here/../toolchain/install.sh" "$arch")
export PATH=$toolchain/bin:$PATH WINNOW_TOOLCHAIN=$toolchain WINNOW_ARCH=$arch
export CC=$arch-linux-gnu-clang CXX=$arch-linux-gnu-clang++ AR=$arch-linux-gnu-ar RANLIB=$arch-linux-gnu-ranlib
export CFLAGS="-O2 -ffunction-sections -fdata-sections" CXXFLAGS="-O2 -ffunction-sections -fdata-sections"
# What the compiler and the projects write of when and where they were built is the same everywhere.
export SOURCE_DATE_EPOCH=1764374400 LC_ALL=C TZ=UTC ZERO_AR_DATE=1

line() { awk -v name="$1" '$1 == name' "$here/versions.txt"; }

# The folder of a library: its line, its recipe, the toolchain and what it needs are in its name.
declare -A keys
key() {  # RECIPE
  local name=${1%% *} need
  {
    line "$name"
    declare -f "build_$name"
    cat "$here/../toolchain/versions.txt" "$here/../toolchain/install.sh"
    [ "$name" != openssl ] || cat "$here/trust_store.c"
    local override=WINNOW_SOURCE_${name//-/_}
    [ -z "${!override:-}" ] || echo "${!override}"
    for need in ${1#"$name"}; do echo "${keys[$need]}"; done
  } | sha256sum | cut -c1-16
}
prefix() { echo "$cache/clients/$arch/$1-${keys[$1]}"; }

build_one() {  # NAME
  local name=$1 final work
  final=$(prefix "$name")
  [ -d "$final" ] && return
  echo "clients: compiling $name for $arch" >&2
  # The same folder for everyone, so that two builds give the same bytes; whoever comes second waits, and finds it made.
  work=/tmp/winnow-client-$name-$arch-${keys[$name]}
  exec 9>"$work.lock"
  flock 9
  [ ! -d "$final" ] || return 0
  rm -rf "$work"
  local out=$work/out version
  version=$(line "$name" | awk '{sub(/^[0-9]*:/, "", $2); sub(/[+-].*/, "", $2); print $2}')
  mkdir -p "$out" "$work/source"
  unpack_source "$name" "$work/source"
  # In the background, because in a condition no command's failure would end the recipe.
  (cd "$work/source/tree"; "build_$name") >"$work/log" 2>&1 </dev/null &
  if ! wait $!; then
    tail -n 30 "$work/log" >&2
    echo "clients: $name can't be compiled for $arch; all of its output: $work/log" >&2
    return 1
  fi
  install -D -m 644 "$work/source/tree/debian/copyright" "$out/share/licences/$name"
  mkdir -p "$(dirname "$final")"
  mv -T "$out" "$final"
  rm -rf "$work" "$work.lock"
  exec 9>&-
}

# The headers of an installed package, and what CMake finds them by. The machine's own folder of headers can't be searched: it has
# another glibc's.
copy_headers() {  # PACKAGE
  local name=$1 version wanted final work file
  version=$(dpkg-query -W -f='${Version}' "$name")
  wanted=$(line "$name" | awk '{print $2}')
  if [ "$version" != "$wanted" ]; then
    echo "clients: $name $version is installed, and versions.txt has $wanted" >&2
    [ "${WINNOW_RELEASE:-}" != 1 ] || return 1
  fi
  final=$cache/clients/headers/$name-${version//[:~]/_}
  echo "$final"
  [ ! -d "$final" ] || return 0
  work=$(mktemp -d)
  dpkg -L "$name" | grep -E '^/usr/(include|share/cmake|lib/cmake)/' | while read -r file; do
    [ -d "$file" ] || install -D -m 644 "$file" "$work/${file#/usr/}"
  done
  install -D -m 644 "/usr/share/doc/$name/copyright" "$work/share/licences/$name"
  mkdir -p "$(dirname "$final")"
  chmod 755 "$work"
  mv -T "$work" "$final" 2>/dev/null || [ -d "$final" ]
}

for name in $(awk '$3 == "-" {print $1}' "$here/versions.txt"); do copy_headers "$name"; done
for recipe in "${recipes[@]}"; do
  name=${recipe%% *}
  keys[$name]=$(key "$recipe")
  build_one "$name"
  prefix "$name"
done
