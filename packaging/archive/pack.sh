#!/usr/bin/env bash
# winnow-VERSION-linux-ARCH.tar.gz, which works wherever it is unpacked: pack.sh ARCH FOLDER-OF-PAGES DIST
set -euo pipefail
cd "$(dirname "$0")/../.."
source packaging/tree.sh
arch=$1 pages=$2 dist=$3
name=winnow-$version-linux-$arch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/$name
install_tree "$arch" lib "$tree"
cp -r "$pages/share" "$tree/"
papers "$arch" "$tree/share/doc/winnow" "$name.tar.gz"
cp -r docs "$tree/share/doc/winnow/"
cp README.md "$tree/"
mkdir -p "$tree/lib/winnow"
for program in "$tree"/bin/*; do
  mv "$program" "$tree/lib/winnow/"
  install -m 755 packaging/archive/launcher.sh "$program"
done
ln -s ../libwinnow.so.1 "$tree/lib/winnow/libwinnow.so.1"
pack_tar "$dist/$name.tar.gz" "$tree"
cp "$tree/share/doc/winnow/winnow.spdx.json" "$dist/$name.tar.gz.spdx.json"
