#: ./dev test-postgres [VERSION...]   the drivers, purges and listings on other versions of PostgreSQL (14, 16, 17 and 18)
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/servers.sh

[ $# -gt 0 ] || set -- 14 16 17 18
need "${build_packages[@]}" "${test_packages[@]}"
step "build/suite"
build suite drivers_test purge_test workers_test listing_test
need maven
step "servers"
start_server versitygw WINNOW_TEST_S3_URL
for version; do
  step "PostgreSQL $version"
  tests/acceptance/postgres_version.sh "$version" build/suite
done
print_steps
