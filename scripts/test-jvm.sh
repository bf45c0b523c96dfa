#: ./dev test-jvm [--short] [KESTRA-VERSION...]   the JVM library by JNI and FFM on Java 17, 21 and 25; then the plugin in the real
#:                Kestra (1.1.15 and 1.3.31 on Java 25 and 21, 2.0.0 on 25; --short: each on one of them), with servers of its own
#:                unless WINNOW_TEST_POSTGRES_URL, WINNOW_TEST_MYSQL_URL and WINNOW_TEST_S3_URL name some
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/portable.sh
source scripts/shared/servers.sh
source scripts/shared/java.sh

form=long
if [ "${1:-}" = --short ]; then
  form=short
  shift
fi
versions=("$@")
[ $# -gt 0 ] || versions=(1.1.15 1.3.31 2.0.0)

# Fails where the JVM's own checks of JNI said anything: they are no failure of a test.
no_jni_warnings() {  # FOLDER
  ! grep -rnE 'in native method|JNI local refs' "$1" --include='*.txt' --include='*.dumpstream' --include='*.log' >&2 ||
    die "-Xcheck:jni found the above"
}

need "${build_packages[@]}" "${test_packages[@]}" "${portable_packages[@]}" "${jvm_packages[@]}"
use_javas
step "build/portable-x86_64"
build_portable x86_64

step "servers"
[ -n "${WINNOW_TEST_POSTGRES_URL:-}" ] || start_server postgres WINNOW_TEST_POSTGRES_URL
[ -n "${WINNOW_TEST_MYSQL_URL:-}" ] || start_server mysql WINNOW_TEST_MYSQL_URL
[ -n "${WINNOW_TEST_S3_URL:-}" ] || start_server versitygw WINNOW_TEST_S3_URL

step "JVM library: JNI and FFM on Java 25, JNI on 17 and 21"
maven -f hosts/pom.xml verify
no_jni_warnings hosts/jvm/target

step "docs/embedding.md"
java_compiler
WINNOW_RELEASE_DIR=$PWD/build/portable-x86_64 WINNOW_JAVA_HOME=$JAVA_HOME WINNOW_JAVA_COMPILER=$REPLY \
  WINNOW_CLASS_PATH="$PWD/hosts/jvm/target/winnow-$(<VERSION).jar:$PWD/hosts/jvm/target/lib/*" python3 tests/acceptance/embedding.py

in_kestra() {  # VERSION, JAVA_HOME
  step "Kestra $1 on Java ${2##*/}"
  kestra_maven "$1" test -Dwinnow.java="$2"
  no_jni_warnings "tests/hosts/kestra/target/$1"
}
for version in "${versions[@]}"; do
  case $form:$version in
    short:1.3.*) in_kestra "$version" "$java21" ;;
    long:1.*)
      in_kestra "$version" "$JAVA_HOME"
      in_kestra "$version" "$java21"
      ;;
    *) in_kestra "$version" "$JAVA_HOME" ;;
  esac
done
stop_servers
print_steps
