# Sourced by the commands that run the suites of tests/far: their packages, and a run of suites two at a time, for they mostly wait.

readonly far_packages=(
  postgresql-15 pgbouncer debootstrap openssl python3
  iproute2 ethtool haproxy pgpool2 etcd-server patroni python3-etcd python3-psycopg2 python3-pymysql python3-cryptography)
readonly far_brief=(mysql_failover mysql_group postgres_failover machines poolers servers)

run_far() {  # SUITE...
  local logs status=0 suite
  logs=$(mktemp -d /tmp/winnow-far.XXXXXX)
  step "tests/far: $*"
  # The machine's own Python: its modules are Debian packages.
  printf '%s\n' "$@" | xargs -P 2 -I{} bash -c \
    '/usr/bin/python3 tests/far/{}_test.py > "$0/{}.log" 2>&1 || { echo {} >> "$0/failed"; }' "$logs" || status=1
  for suite in "$@"; do
    if [ -e "$logs/failed" ] && grep -qx "$suite" "$logs/failed"; then
      printf '\n== tests/far/%s_test.py\n' "$suite"
      cat "$logs/$suite.log"
      status=1
    else
      # What was tried, and how many tests.
      grep -E '(: [0-9]+ tried, |^Ran [0-9]+ tests?)' "$logs/$suite.log" | sed "s/.*\.\.\. //; s/^/$suite: /"
    fi
  done
  rm -rf -- "$logs"
  [ "$status" -eq 0 ] || die "tests/far failed (see above)"
}
