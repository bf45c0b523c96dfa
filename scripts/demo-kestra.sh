#: ./dev demo-kestra   the real Kestra with winnow's plugin: runs an example flow on a sample PostgreSQL and shows its outputs
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/servers.sh
source scripts/shared/java.sh

need "${build_packages[@]}" postgresql-15 "${jvm_packages[@]}"
use_jdk_25
say "building build/release and the plugin's jar"
build release
maven --quiet -f hosts/pom.xml package -DskipTests
start_server postgres WINNOW_TEST_POSTGRES_URL
say "starting Kestra ${1:-1.1.15}"
maven --quiet -f tests/jvm/pom.xml test-compile exec:exec -Dkestra.version="${1:-1.1.15}"
