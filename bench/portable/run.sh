#!/usr/bin/env bash
# What operators get (build/portable-x86_64) beside a build with this machine's own libraries and compiler (build/release): the
# processor time of the same work, in turns of one run.
#
#   run.sh [ROUNDS]    (15); prints what bench/cases/scripts.py reads
source "$(dirname "$(readlink -f "$0")")/../begin.sh" portable servers

need "${build_packages[@]}" "${portable_packages[@]}" postgresql-15 python3
build release winnow_shared winnow_cli winnow-sample
build_portable x86_64 winnow_shared winnow_cli
start_server postgres WINNOW_BENCH_POSTGRES_URL >&2
python3 bench/portable/ratios.py "$WINNOW_BENCH_POSTGRES_URL" "${1:-15}"
