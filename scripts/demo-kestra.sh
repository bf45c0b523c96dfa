#: ./dev demo-kestra [KESTRA-VERSION]   the real Kestra with winnow's plugin: runs an example flow on a sample PostgreSQL and shows its outputs
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/portable.sh
source scripts/shared/servers.sh
source scripts/shared/java.sh

need "${portable_packages[@]}" postgresql-15 "${jvm_packages[@]}"
use_javas
say "building the portable libraries and the plugin's jar"
build_jars
folder=$(mktemp -d /tmp/winnow-demo.XXXXXX)
trap 'stop_servers; rm -rf "$folder"' EXIT
start_server postgres WINNOW_TEST_POSTGRES_URL
version=${1:-1.1.15}
say "starting Kestra $version"
kestra_maven "$version" --quiet test-compile exec:exec -Dwinnow.folder="$folder"
