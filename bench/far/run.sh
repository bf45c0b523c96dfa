#!/usr/bin/env bash
# ./dev bench far: several machines at one backlog, a millisecond from its server. A JSON object per line.
# WINNOW_BENCH_FAR_EXECUTIONS=2000 tries it at a size that measures nothing.
source "$(dirname "$(readlink -f "$0")")/../begin.sh" far
need "${far_packages[@]}" >&2
export WINNOW_BIN=${WINNOW_RELEASE_DIR:-$PWD/build/release}
/usr/bin/python3 bench/far/machines.py postgres
/usr/bin/python3 bench/far/machines.py mysql
