#!/usr/bin/env bash
# The Maven artefacts (library, plugin, their sources and javadoc) as a repository's folder: maven.sh DIST. build/natives holds the
# libraries of both architectures.
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/tree.sh
source scripts/shared/steps.sh
source scripts/shared/java.sh
dist=$1
use_javas
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the jar carries beside its libraries: the licences, and the list of its parts.
papers "x86_64 and aarch64" "$work/papers" "winnow-$version.jar"
rm -rf build/natives/papers
cp -r "$work/papers" build/natives/papers
maven --quiet -f hosts/pom.xml clean deploy -Prelease -DskipTests \
  -Dproject.build.outputTimestamp="$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
  -DaltDeploymentRepository="dist::file://$PWD/$dist/maven"
# When something was put there is told by the repository that publishes it.
find "$dist/maven" -name 'maven-metadata.xml*' -delete
cp "$dist/maven/io/winnow/plugin-winnow/$version/plugin-winnow-$version.jar" "$dist/"
cp "$work/papers/winnow.spdx.json" "$dist/maven/io/winnow/winnow/$version/winnow-$version.spdx.json"
python3 packaging/sbom.py "plugin-winnow-$version.jar" "x86_64 and aarch64" >"$dist/plugin-winnow-$version.jar.spdx.json"
