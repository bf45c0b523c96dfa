#: ./dev torture  kills, cuts, starves and races purges for many hours, and prints a table of what was tried
#:                (WINNOW_FAULT_CASES=50 ./dev torture: at most 50 cases of each)
#:                (arguments go to GoogleTest: ./dev torture --gtest_filter='*Kill*')
#: ./dev torture failover [N]   500 fail-overs of a PostgreSQL cluster on this machine, and as many of a MySQL group on hosts of
#:                              their own (as root), or N of each
#: ./dev torture --asan [ARGUMENT...]   the short form of it, as ./dev test has it, under the address and undefined-behaviour sanitizers
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/servers.sh

preset=dev form=torture
if [ "${1:-}" = --asan ]; then
  preset=asan form=brief
  shift
fi
fails_over=no
if [ "${1:-}" = failover ]; then
  fails_over=yes
  export WINNOW_FAULT_CASES=${2:-${WINNOW_FAULT_CASES:-500}}
  set -- --gtest_filter='FailOver.*'
fi
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1

need "${build_packages[@]}" "${test_packages[@]}"
say "building build/$preset"
build "$preset" faults_test
if [ $fails_over = yes ]; then
  # The machine's own Python: its modules are Debian packages.
  need iproute2 python3-psycopg2 python3-pymysql
  build "$preset" winnow_shared winnow_cli winnow-sample
fi
if [ $fails_over = no ]; then  # which has a cluster of its own
  say "starting servers"
  start_server postgres WINNOW_TEST_POSTGRES_URL
  start_server mysql WINNOW_TEST_MYSQL_URL \
    --innodb-flush-method=nosync --innodb-doublewrite=OFF --innodb-flush-log-at-trx-commit=0
fi

say "torturing"
WINNOW_FAULTS_TABLE=$(mktemp)
export WINNOW_FAULTS=$form WINNOW_FAULTS_TABLE
trap 'rm -f "$WINNOW_FAULTS_TABLE"; stop_servers' EXIT
status=0
"build/$preset/faults_test" --gtest_brief=1 "$@" || status=$?
if [ $fails_over = yes ]; then
  WINNOW_BIN=$PWD/build/$preset /usr/bin/python3 tests/far/mysql_failover_test.py || status=$?
fi

printf '\n%-72s %-11s %7s %10s  %s\n' fault engine tried violations notes
while IFS=$'\t' read -r fault engine tried violations notes; do
  printf '%-72.72s %-11s %7s %10s  %s\n' "$fault" "$engine" "$tried" "$violations" "$notes"
done <"$WINNOW_FAULTS_TABLE"
awk -F'\t' '{tried += $3; violations += $4}
  END {printf "%-72s %-11s %7d %10d\n", "all of them", "", tried, violations}' "$WINNOW_FAULTS_TABLE"
exit "$status"
