#!/usr/bin/env bash
# The compiler of the portable libraries (versions.txt), kept outside of the tree: install.sh ARCH prints its folder. bin/ has
# ARCH-linux-gnu-clang and its siblings, which compile for any Linux with the glibc below or a later one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
# The oldest glibc that the libraries run on: Debian 10, RHEL 8, Ubuntu 18.10 and what came after.
glibc=2.28
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
read -r package sum _ < <(grep -v '^#' "$here/versions.txt")
folder=$cache/toolchain/${package/==/-}-$(sha256sum <"$0" | cut -c1-8)

if [ ! -x "$folder/zig/zig" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "toolchain: fetching $package" >&2
  echo "$package --hash=sha256:$sum" >"$work/requirements.txt"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    --dest "$work" -r "$work/requirements.txt" >&2
  python3 -m zipfile -e "$work"/ziglang-*.whl "$work/wheel"
  chmod +x "$work/wheel/ziglang/zig"
  # Its compiler-rt brings a __stack_chk_fail with a fixed canary, and __memcpy_chk and the like. Without this line glibc's are
  # taken, whose canary is random.
  sed -i '/compiler_rt\/ssp\.zig/d' "$work/wheel/ziglang/lib/compiler_rt.zig"
  mkdir -p "$work/folder/bin"
  mv "$work/wheel/ziglang" "$work/folder/zig"
  mkdir -p "$(dirname "$folder")"
  mv -T "$work/folder" "$folder" 2>/dev/null || [ -d "$folder" ]
fi

# What each program is compiled with, whoever asks: hardened, position-independent, hidden unless exported, and no sanitizer,
# which zig switches on by itself.
hardened="-fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIC -fvisibility=hidden -fno-sanitize=all -fstack-clash-protection"
program() {  # NAME COMMAND
  printf '#!/bin/sh\n%s\nexport ZIG_GLOBAL_CACHE_DIR="%s" ZIG_LOCAL_CACHE_DIR="%s"\nexec "%s/zig/zig" %s "$@"\n' \
    "# $package" "$cache/zig" "$cache/zig" "$folder" "$2" >"$folder/bin/.$1.$$"
  chmod +x "$folder/bin/.$1.$$"
  mv "$folder/bin/.$1.$$" "$folder/bin/$1"
}
if [ ! -x "$folder/bin/$arch-linux-gnu-ranlib" ]; then
  mkdir -p "$folder/bin"
  program "$arch-linux-gnu-clang" "cc -target $arch-linux-gnu.$glibc $hardened"
  program "$arch-linux-gnu-clang++" "c++ -target $arch-linux-gnu.$glibc $hardened"
  program "$arch-linux-gnu-ar" ar
  program "$arch-linux-gnu-ranlib" ranlib
fi
echo "$folder"
