#!/usr/bin/env bash
# Purges of executions with two small files each in the real Kestra, by winnow's task and by what Kestra's own does, in turns of one
# run, on a PostgreSQL of its own. The files lie in memory where the machine allows it, for a disk's noise is larger than what is measured.
#
#   run.sh [EXECUTIONS]    (10,000); prints what bench/cases/scripts.py reads
source "$(dirname "$(readlink -f "$0")")/../begin.sh" portable servers java

need "${portable_packages[@]}" postgresql-15 "${jvm_packages[@]}"
use_javas
build_jars
memory=/dev/shm
[ -w "$memory" ] || memory=/tmp
folder=$(mktemp -d /tmp/winnow-bench.XXXXXX)
files=$(mktemp -d "$memory/winnow-bench.XXXXXX")
trap 'stop_servers; rm -rf "$folder" "$files"' EXIT
# As bench/engines/postgres.py has it: every commit reaches the disk.
start_server postgres WINNOW_TEST_POSTGRES_URL shared_buffers=2GB max_wal_size=4GB fsync=on synchronous_commit=on full_page_writes=on >&2
kestra_maven 1.1.15 --quiet test-compile exec:exec -Dwinnow.java="$java21" \
  -Dwinnow.main=io.winnow.tests.Bench -Dwinnow.folder="$folder" -Dwinnow.files="$files" -Dwinnow.executions="${1:-10000}" |
  python3 bench/kestra/ratios.py
