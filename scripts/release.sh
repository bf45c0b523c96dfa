#: ./dev release  dist/: everything that is published, for x86_64 and aarch64: Debian packages, archives, wheels, a Maven repository,
#:                the plugin's jar, sources, the parts of each (SPDX), SHA256SUMS. `./dev release --check` installs each where it is
#:                used: in clean chroots of Debian 11 and 12, Ubuntu 22.04 and, by emulation, 64-bit ARM (as root). `./dev release --again`
#:                makes all of it once more from a clone in another folder, with empty caches, and compares SHA256SUMS
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/portable.sh
source scripts/shared/java.sh
source scripts/shared/servers.sh

if [ "${1:-}" = --check ]; then
  need "${portable_packages[@]}" "${jvm_packages[@]}" debootstrap qemu-user-static unzip postgresql-15 busybox-static musl-tools
  [ -d dist ] || die "no dist: ./dev release makes it"
  use_javas
  java_compiler
  compiler=$REPLY
  start_server postgres WINNOW_TEST_POSTGRES_URL
  kestra_maven 1.1.15 --quiet test-compile dependency:build-classpath -Dmdep.outputFile=target/class-path.txt -Dmdep.includeScope=test
  MAVEN_OPTS=$maven_options WINNOW_JAVA_COMPILER=$compiler WINNOW_JAVA_HOMES=$java21:$JAVA_HOME \
    WINNOW_KESTRA_CLASS_PATH=$PWD/tests/hosts/kestra/target/1.1.15/test-classes:$(<tests/hosts/kestra/target/class-path.txt) \
    python3 tests/release/artefacts_test.py dist "${@:2}"
  exit
fi

if [ "${1:-}" = --again ]; then
  [ -d dist ] || die "no dist: ./dev release makes it"
  work=$(mktemp -d /var/tmp/winnow-again.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  step "the release of the same commit, elsewhere"
  git clone --quiet . "$work/another/folder"
  git -C "$work/another/folder" checkout --quiet --detach "$(gzip -dc "dist/winnow-$(<VERSION)-source.tar.gz" | git get-tar-commit-id)"
  (cd "$work/another/folder" && WINNOW_CACHE=$work/cache CCACHE_DISABLE=1 ./dev release)
  diff dist/SHA256SUMS "$work/another/folder/dist/SHA256SUMS" || die "these files differ"
  say "all $(wc -l <dist/SHA256SUMS) files are the same bytes"
  print_steps
  exit
fi

[ -z "$(git status --porcelain)" ] || die "the tree has changes that are not committed: a release is of a commit"
commit=$(git rev-parse HEAD)
need "${portable_packages[@]}" "${jvm_packages[@]}" python3-venv
export WINNOW_RELEASE=1
rm -rf dist build/natives
mkdir dist
for arch in x86_64 aarch64; do
  step "build/portable-$arch"
  build_portable "$arch"
  python3 tests/release/binaries_test.py "build/portable-$arch"
done

pages=$(mktemp -d)
trap 'rm -rf "$pages"; stop_servers' EXIT
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) python3 packaging/command/pages.py build/portable-x86_64/winnow "$pages"
for arch in x86_64 aarch64; do
  step "archive, Debian packages, wheel for $arch"
  packaging/archive/pack.sh "$arch" "$pages" dist
  packaging/debian/pack.sh "$arch" "$pages" dist
  packaging/wheel.sh "$arch" dist
done
step "Maven repository"
packaging/maven.sh dist
step "sources"
packaging/sources.sh dist
[ "$(git rev-parse HEAD)" = "$commit" ] && [ -z "$(git status --porcelain)" ] || die "the tree has changed meanwhile: dist is of no commit"
(cd dist && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS)
print_steps
find dist -maxdepth 1 -type f -printf '%10s  %f\n' | sort -k2
