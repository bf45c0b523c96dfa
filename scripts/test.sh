#: ./dev test     builds, starts servers of its own, runs every test
#:                (arguments go to ctest: ./dev test -R Purge)
#: ./dev test --asan [CTEST-ARGUMENT...]   the same under the address and undefined-behaviour sanitizers
#: ./dev test --tsan [CTEST-ARGUMENT...]   the tests with threads, under the thread sanitizer
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/portable.sh
source scripts/shared/servers.sh
source scripts/shared/tidy.sh

# Left to `./dev test -R`: suites on Kestra's tables of 1.3, which stand between those of 1.1 and 2.0 (oracles meet all three), and
# the second of two servers for the benchmark at a size that measures nothing.
readonly left_out='([^e]|[^l]e|[^c]le)\.[A-Za-z0-9]*/[a-z]*_1_3|^bench\.mysql'

# What CMake labels so: the tests whose runs have threads. A race shows in a few random cases as well as in a thousand.
readonly tests_with_threads=(abi_test control_test drivers_test workers_test)

preset=dev targets=() whole=yes
[ $# -gt 0 ] || preset=suite
case ${1:-} in
  --asan)
    preset=asan
    shift
    ;;
  --tsan)
    preset=tsan targets=("${tests_with_threads[@]}") whole=no
    export WINNOW_ORACLE_CASES=${WINNOW_ORACLE_CASES:-50}
    shift
    ;;
esac
[ $# -eq 0 ] || whole=no
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

need "${build_packages[@]}" "${test_packages[@]}"
if [ $whole = yes ]; then
  need "${portable_packages[@]}" "${tidy_packages[@]}"
  step "form of the code"
  git ls-files '*.h' '*.cpp' '*.c' | xargs "$clang_format" --dry-run --Werror
  step "clang-tidy"
  tidy_rooms
  step "build/portable-x86_64: what operators get"
  build_portable x86_64
  python3 tests/release/binaries_test.py build/portable-x86_64
  python3 tests/release/neighbours_test.py build/portable-x86_64
  export WINNOW_RELEASE_DIR=$PWD/build/portable-x86_64
fi
step "build/$preset"
build "$preset" ${targets[@]+"${targets[@]}"}
step "servers"
start_server postgres WINNOW_TEST_POSTGRES_URL
# Tests make and drop many databases, and none of them has to outlive a crash of the machine.
start_server mysql WINNOW_TEST_MYSQL_URL \
  --innodb-flush-method=nosync --innodb-doublewrite=OFF --innodb-flush-log-at-trx-commit=0
if [ -n "$server_folder" ]; then
  export WINNOW_TEST_MYSQL_CA=$server_folder/ca.pem
  # Half of what a connection costs is OpenSSL's context, and tests open thousands; those of TLS ask for it.
  WINNOW_TEST_MYSQL_URL+='?ssl-mode=DISABLED'
fi
start_server versitygw WINNOW_TEST_S3_URL
start_server versitygw WINNOW_TEST_S3_TLS_URL tls
export WINNOW_TEST_S3_CA=$server_folder/ca.pem
# MinIO takes minutes to build: asked where it is built already (tests/servers/minio.sh start does).
if tests/servers/minio.sh cached; then start_server minio WINNOW_TEST_MINIO_URL; fi
step "C++, ABI, command"
report=$(mktemp)
written=$(tests/servers/folder.sh tests)
chmod 1777 "$written"  # some tests become another user
trap 'stop_servers; rm -rf "$report" "$written" || true' EXIT
[ $whole = no ] || set -- --exclude-regex "$left_out"
if ! TMPDIR=$written ctest --preset "$preset" "$@" | tee "$report"; then
  # The failures again, and last: CTest ends with a long list of the tests that an engine skips.
  [ $whole = no ] || awk '/^ *Start +[0-9]+:|^ *[0-9]+\/[0-9]+ Test +#/ {shown = /\*\*\*(Failed|Timeout|Exception|Not Run)/} shown' "$report"
  exit 1
fi
[ $whole = yes ] || exit 0
step "the contract under the address and undefined-behaviour sanitizers"
build asan abi_test abi_consumer winnow-sample
ctest --preset asan -L contract
step "under the thread sanitizer: ${tests_with_threads[*]}"
build tsan "${tests_with_threads[@]}"
# A race does not depend on the version of Kestra's tables.
WINNOW_ORACLE_CASES=10 ctest --preset tsan --exclude-regex '_(1_3|2_0)'
need maven
# The oldest and the newest; ./dev test-postgres has those between them, and listings.
for version in 14 18; do
  step "PostgreSQL $version"
  tests/acceptance/postgres_version.sh "$version" "build/$preset" drivers_test purge_test
done
step "fail-overs of a MySQL group"
# The machine's own Python: its modules are Debian packages. Without root it says that it skips them.
need iproute2 python3-psycopg2 python3-pymysql
WINNOW_BIN=$WINNOW_RELEASE_DIR /usr/bin/python3 tests/far/mysql_failover_test.py
step "100,000 executions by the released command"
python3 tests/acceptance/purge_100k.py
step "hosts on the JVM, the real Kestra"
bash scripts/test-jvm.sh --short

stop_servers
print_steps
# CTest's own closing lines again, so that they are the last that is seen.
grep -E '^([0-9]+% tests passed|Total Test time)' "$report"
