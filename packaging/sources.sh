#!/usr/bin/env bash
# winnow's own source, and that of MariaDB Connector/C, which the LGPL asks for (packaging/LICENCES.md): sources.sh DIST
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/tree.sh
dist=$1
git archive --format=tar --prefix="winnow-$version/" HEAD | gzip -n9 >"$dist/winnow-$version-source.tar.gz"

here=$PWD/packaging/clients
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
line() { awk -v name="$1" '$1 == name' packaging/clients/versions.txt; }
source packaging/clients/source.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
WINNOW_RELEASE=1 unpack_source mariadb "$work"
connector=mariadb-connector-c-$(line mariadb | awk '{sub(/^[0-9]*:/, "", $2); print $2}')
mkdir -p "$work/$connector/debian"
mv "$work/tree/libmariadb" "$work/$connector/"
mv "$work/tree/debian/copyright" "$work/$connector/debian/"
pack_tar "$dist/$connector.tar.gz" "$work/$connector"
