#: ./dev portable [ARCH...]   build/portable-ARCH for x86_64 (and aarch64 where it is named): winnow, winnow-sample, libwinnow.so and
#:                libwinnow_jni.so for any Linux with glibc 2.28 or later, with their client libraries inside
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/portable.sh

need "${portable_packages[@]}"
[ $# -gt 0 ] || set -- x86_64
for arch in "$@"; do
  step "build/portable-$arch"
  build_portable "$arch"
  python3 tests/release/binaries_test.py "build/portable-$arch"
done
print_steps
