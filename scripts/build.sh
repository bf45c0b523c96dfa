#: ./dev build    build/release: winnow, winnow-sample, libwinnow.so
source scripts/shared/steps.sh
source scripts/shared/build.sh

need "${build_packages[@]}"
build release
ls -1 build/release/winnow build/release/winnow-sample build/release/libwinnow.so
