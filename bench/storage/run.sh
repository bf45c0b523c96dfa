#!/usr/bin/env bash
# Files removed from a bucket as a purge does it, and by plain DeleteObjects calls, in turns of one run, on a versitygw of its own.
#
#   run.sh [EXECUTIONS [FILES]]    what the bucket holds each time (1,000 of 2); prints what bench/cases/scripts.py reads
source "$(dirname "$(readlink -f "$0")")/../begin.sh" servers

need "${build_packages[@]}" python3
build release winnow-storage-bench
start_server versitygw WINNOW_BENCH_S3_URL >&2
for _ in 1 2 3; do build/release/winnow-storage-bench "$WINNOW_BENCH_S3_URL" "${1:-1000}" "${2:-2}"; done |
  python3 bench/storage/ratios.py
