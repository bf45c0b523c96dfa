#!/usr/bin/env bash
# The Debian packages winnow, libwinnow1 and libwinnow-dev, for any Debian or Ubuntu with glibc 2.28 or later:
# pack.sh ARCH FOLDER-OF-PAGES DIST
set -euo pipefail
cd "$(dirname "$0")/../.."
source packaging/tree.sh
arch=$1 pages=$2 dist=$3
declare -A debian=([x86_64]=amd64 [aarch64]=arm64)
architecture=${debian[$arch]}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# control PACKAGE SECTION DEPENDS SUMMARY <DESCRIPTION [FIELD...]
control() {
  printf '%s\n' "Package: $1" "Version: $version" "Architecture: $architecture" \
    "Maintainer: The authors of winnow <winnow@localhost>" "Section: $2" "Priority: optional" "Depends: $3" "${@:5}" \
    "Installed-Size: $(du -k -s --apparent-size "$work/$1" | cut -f1)" "Description: $4"
  sed 's/^/ /'
}

pack() {  # PACKAGE; control and the tree are there
  local root=$work/$1 doc=$work/$1/usr/share/doc/$1 file=${1}_${version}_$architecture.deb
  mkdir -p "$doc"
  papers "$arch" "$work/papers" "$file"
  cat "$work/papers/NOTICE" "$work/papers/LICENSE" "$work/papers/THIRD-PARTY" | gzip -n9 >"$doc/copyright.gz"
  { cat "$work/papers/NOTICE"; echo "The texts of all licences: /usr/share/doc/$1/copyright.gz, and /usr/share/common-licenses/Apache-2.0."; } >"$doc/copyright"
  gzip -n9 <CHANGELOG.md >"$doc/changelog.gz"
  cp "$work/papers/winnow.spdx.json" "$doc/"
  cp "$work/papers/winnow.spdx.json" "$dist/$file.spdx.json"
  (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  settle "$root"
  dpkg-deb --root-owner-group -Zxz --build "$root" "$dist/$file" >/dev/null
}

for package in winnow libwinnow1 libwinnow-dev; do
  mkdir -p "$work/$package/DEBIAN"
  install_tree "$arch" "lib/$arch-linux-gnu" "$work/$package/usr" "$package"
done

cp -r "$pages/share" "$work/winnow/usr/"
mkdir -p "$work/winnow/usr/share/doc/winnow" "$work/winnow/usr/share/zsh/vendor-completions"
mv "$work/winnow/usr/share/zsh/site-functions/_winnow" "$work/winnow/usr/share/zsh/vendor-completions/"
rmdir "$work/winnow/usr/share/zsh/site-functions"
gzip -n9 "$work/winnow/usr/share/man/man1/winnow.1"
cp -r docs README.md SECURITY.md "$work/winnow/usr/share/doc/winnow/"
# Without time zones the command refuses dates; Ubuntu's smallest systems have none.
control winnow database "libwinnow1 (= $version), libc6 (>= 2.28), tzdata" "keeps a Kestra database small and its listings fast" \
  "Recommends: ca-certificates" >"$work/winnow/DEBIAN/control" <<'D'
The command winnow: purges Kestra's executions with all that belongs to
them, lists what is left, runs flows of purges, and examines the database.
D
pack winnow

rm -rf "$work/libwinnow1/usr/share/doc"
echo "activate-noawait ldconfig" >"$work/libwinnow1/DEBIAN/triggers"
echo "libwinnow 1 libwinnow1 (>= $version)" >"$work/libwinnow1/DEBIAN/shlibs"
control libwinnow1 libs "libc6 (>= 2.28)" "native library that purges and lists a Kestra database" "Multi-Arch: same" \
  "Recommends: ca-certificates, tzdata" >"$work/libwinnow1/DEBIAN/control" <<'D'
A shared library behind a stable C ABI, with its client libraries inside,
and the manifests of its tasks.
D
pack libwinnow1

control libwinnow-dev libdevel "libwinnow1 (= $version)" "headers of winnow's library" "Multi-Arch: same" \
  >"$work/libwinnow-dev/DEBIAN/control" <<'D'
What a program needs that is compiled against winnow: its header, and files
for CMake and pkg-config.
D
pack libwinnow-dev
