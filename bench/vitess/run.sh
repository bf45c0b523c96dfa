#!/usr/bin/env bash
# ./dev bench vitess: the same backlog over Vitess with one, two and four shards. A JSON object per line. WINNOW_BENCH_VITESS_EXECUTIONS=2000
# tries it at a size that measures nothing.
source "$(dirname "$(readlink -f "$0")")/../begin.sh" far
need "${far_packages[@]}" >&2
export WINNOW_BIN=${WINNOW_RELEASE_DIR:-$PWD/build/release}
tests/servers/vitess.sh build
for shards in 1 2 4; do /usr/bin/python3 bench/vitess/shards.py "$shards"; done
