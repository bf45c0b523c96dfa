#!/usr/bin/env bash
# Every case of the benchmark on a tiny database: tiny.sh ENGINE BUILD
set -euo pipefail
if [ "$1" = mysql ] && [ "$(id -u)" -ne 0 ]; then exit 77; fi
folder=$(mktemp -d /tmp/winnow-bench-test.XXXXXX)
export WINNOW_BENCH_DIR=$folder WINNOW_RELEASE_DIR=$2
chmod 755 "$folder"
cd "$(dirname "$(readlink -f "$0")")/../.."
stop_all() {
  for server in "$folder/$1" "$folder/$1"/*/; do "tests/servers/$1.sh" stop "${server%/}" >/dev/null 2>&1 || true; done
  rm -rf "$folder"
}
trap 'stop_all "$1"' EXIT
trap 'exit 1' INT TERM
python3 bench/run.py --tiny --engines "$1"
