#!/bin/bash
# The PostgreSQL half of the driver's and the engines' suites on another version of the server than Debian's, with a small
# part of what is random: postgres_version.sh VERSION BUILD-FOLDER [PROGRAM...]   (all: drivers_test purge_test workers_test listing_test)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

programs=("${@:3}")
[ ${#programs[@]} -gt 0 ] || programs=(drivers_test purge_test workers_test listing_test)
folder=$(mktemp -d "/tmp/winnow-postgres-$1.XXXXXX")
chmod 755 "$folder"
clean() {
  [ -z "$server" ] || tests/servers/postgres.sh stop "$server" || true
  rm -rf "$folder" "$server"
}
server=
trap clean EXIT

WINNOW_PG_BIN=$(tests/servers/postgres_programs.sh "$1" "$folder/programs")
export WINNOW_PG_BIN
server=$(tests/servers/folder.sh postgres)
WINNOW_TEST_POSTGRES_URL=$(tests/servers/postgres.sh start "$server")
export WINNOW_TEST_POSTGRES_URL WINNOW_ORACLE_CASES=${WINNOW_ORACLE_CASES:-10}
unset WINNOW_TEST_MYSQL_URL

# Every listing's behaviour, and of its oracle one schema's random filters.
listings='*postgresql*:-*AgreesOnEveryOrder*:*AgreesOnRandomFilters/postgresql_1*'
version=$("$WINNOW_PG_BIN/postgres" --version)
for program in "${programs[@]}"; do
  filter='*postgresql*'
  [[ $program != listing_test ]] || filter=$listings
  if ! "$2/$program" --gtest_brief=1 --gtest_filter="$filter" > "$folder/output" 2>&1; then
    tail -n 100 "$folder/output"
    echo "$program fails on $version" >&2
    exit 1
  fi
  echo "$version: $program: $(grep -E '^\[ +PASSED' "$folder/output")"
done
