#: ./dev far [SUITE...]   beyond one server: a PostgreSQL cluster, a MySQL group, poolers, Patroni, machines apart, Vitess, each with its faults
#:                       (20 minutes, and 15 the first time to build Vitess; SUITE is the beginning of a name in tests/far, such as mysql)
#: ./dev far brief       the part of it that needs neither Patroni nor Vitess
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/far.sh

need "${build_packages[@]}" "${test_packages[@]}" "${far_packages[@]}"
step "build/release"
build release winnow_shared winnow_cli winnow-sample
export WINNOW_BIN=$PWD/build/release
if [ "${1:-}" = brief ]; then
  run_far "${far_brief[@]}"
else
  names=()
  for suite in tests/far/*_test.py; do
    name=$(basename "$suite" _test.py)
    [ $# -gt 0 ] || { names+=("$name"); continue; }
    for wanted in "$@"; do
      if [[ $name == "$wanted"* ]]; then names+=("$name"); fi
    done
  done
  [ ${#names[@]} -gt 0 ] || die "no suite $*; there are $(cd tests/far && ls ./*_test.py | tr '\n' ' ')"
  if [[ " ${names[*]} " == *" vitess"* ]]; then
    step "Vitess"
    tests/servers/vitess.sh build
  fi
  run_far "${names[@]}"
fi
print_steps
