#!/usr/bin/env bash
# Every case of the benchmark on a tiny database: tiny.sh ENGINE BUILD
set -euo pipefail
folder=$(mktemp -d /tmp/winnow-bench-test.XXXXXX)
export WINNOW_BENCH_DIR=$folder WINNOW_RELEASE_DIR=$2
chmod 755 "$folder"
cd "$(dirname "$(readlink -f "$0")")/../.."
trap '"tests/servers/$1.sh" stop "$folder/$1" >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
python3 bench/run.py --tiny --engines "$1"
