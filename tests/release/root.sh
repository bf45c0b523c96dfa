#!/usr/bin/env bash
# Clean systems to try a release in. Needs root.
#
#   root.sh make SUITE ARCH FOLDER   a new system of Debian's SUITE (bullseye, bookworm) for amd64 or arm64 in FOLDER; what debootstrap
#                                    made is kept in ~/.cache/winnow/roots and copied
#   root.sh run FOLDER COMMAND...    runs a command in it, with /proc and no network but loopback's
#   root.sh remove FOLDER
set -euo pipefail
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}/roots

die() { echo "root.sh: $*" >&2; exit 1; }

mirror() {
  apt-get indextargets --format '$(RELEASE)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "bookworm" && $2 == "main" {print $3; exit}'
}

# A program of another architecture starts by itself where the kernel is told by whom.
use_emulator() {
  local file=/proc/sys/fs/binfmt_misc
  [ -e $file/register ] || mount -t binfmt_misc binfmt_misc $file || die "binfmt_misc can't be mounted here"
  [ -e $file/qemu-aarch64 ] || [ -e $file/winnow-aarch64 ] && return
  # ELF, 64 bits, little-endian, machine 0xb7; F: the emulator is opened now, so that it need not lie in the chroot.
  printf '%s' ':winnow-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' >$file/register
}

make() {
  local suite=$1 arch=$2 folder=$3 kept=$cache/$1-$2 building
  [ "$arch" = "$(dpkg --print-architecture)" ] || use_emulator
  if [ ! -d "$kept" ]; then
    mkdir -p "$cache"
    building=$(mktemp -d "$cache/building.XXXXXX")
    echo "root.sh: making $kept by debootstrap" >&2
    debootstrap --variant=minbase --arch="$arch" "$suite" "$building" "$(mirror)" >"$cache/$suite-$arch.log" 2>&1 ||
      { tail -n 5 "$cache/$suite-$arch.log" >&2; rm -rf --one-file-system "$building"; die "debootstrap failed"; }
    rm -rf "$building"/var/cache/apt/archives/*.deb
    chmod 755 "$building"
    mv -T "$building" "$kept"
  fi
  mkdir -p "$folder"
  cp -a --reflink=auto "$kept/." "$folder/"
}

case $1 in
  make) make "$2" "$3" "$4" ;;
  run)
    # Mounts of its own, gone with the command.
    folder=$2 && shift 2
    exec unshare --mount -- bash -c 'mount -t proc proc "$0/proc"; exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"' "$folder" "$@"
    ;;
  remove) rm -rf --one-file-system "$2" ;;
  *) die "usage: root.sh make|run|remove" ;;
esac
