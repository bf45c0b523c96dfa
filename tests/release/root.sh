#!/usr/bin/env bash
# Clean systems to try a release in. Needs root.
#
#   root.sh make SUITE ARCH FOLDER [PACKAGE...]   a new system of Debian's bullseye or bookworm, or of Ubuntu's jammy, for amd64 or
#                                    arm64 in FOLDER, with these packages of its own. ~/.cache/winnow/roots keeps what debootstrap made
#   root.sh run FOLDER COMMAND...    runs a command in it, with /proc, /dev and the machine's network. $WINNOW_ROOT_BINDS names folders
#                                    of this machine that the command sees at the same place, read-only
#   root.sh remove FOLDER
set -euo pipefail
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}/roots

die() { echo "root.sh: $*" >&2; exit 1; }

# Debian's mirror is the machine's own; debootstrap itself knows Ubuntu's, and Debian 12 has no package of Ubuntu's keys.
source_of() {  # SUITE
  [ "$1" != jammy ] || return 0
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

make() {  # SUITE ARCH FOLDER PACKAGE...
  local suite=$1 arch=$2 folder=$3 packages=${*:4} kept building options=(--variant=minbase)
  kept=$cache/$suite-$arch${packages:+-${packages// /+}}
  [ "$arch" = "$(dpkg --print-architecture)" ] || use_emulator
  if [ ! -d "$kept" ]; then
    mkdir -p "$cache"
    building=$(mktemp -d "$cache/building.XXXXXX")
    echo "root.sh: making $kept by debootstrap" >&2
    [ -z "$packages" ] || options+=("--include=${packages// /,}")
    [ "$suite" != jammy ] || options+=(--no-check-gpg --components=main,universe)
    # shellcheck disable=SC2046 # no mirror is no argument
    debootstrap "${options[@]}" --arch="$arch" "$suite" "$building" $(source_of "$suite") >"$cache/$suite-$arch.log" 2>&1 ||
      { tail -n 5 "$cache/$suite-$arch.log" >&2; rm -rf --one-file-system "$building"; die "debootstrap failed: $cache/$suite-$arch.log"; }
    rm -rf "$building"/var/cache/apt/archives/*.deb
    chmod 755 "$building"
    mv -T "$building" "$kept"
  fi
  mkdir -p "$folder"
  cp -a --reflink=auto "$kept/." "$folder/"
  echo "127.0.0.1 localhost $(hostname)" >"$folder/etc/hosts"  # a container finds its own name too, and Kestra asks for it
}

# Mounts of its own, gone with the command.
run() {  # FOLDER COMMAND...
  exec unshare --mount -- bash -c '
    root=$0
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    for folder in ${WINNOW_ROOT_BINDS:-}; do
      mkdir -p "$root$folder"
      mount --bind "$folder" "$root$folder"
      mount -o remount,bind,ro "$root$folder"
    done
    exec chroot "$root" env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"' "$@"
}

case ${1:-} in
  make) make "${@:2}" ;;
  run) run "${@:2}" ;;
  remove) rm -rf --one-file-system "$2" ;;
  *) die "usage: root.sh make|run|remove" ;;
esac
