# Sourced by the commands that build the portable libraries: the packages for it, and a build for an architecture.

readonly portable_packages=(
  cmake ninja-build make perl tcl patch xz-utils bzip2 dpkg-dev pkg-config python3 python3-pip ca-certificates binutils
  nlohmann-json3-dev libvalijson-dev libcli11-dev libexpected-dev openjdk-17-jdk-headless tzdata)

# Builds build/portable-ARCH: libwinnow.so, libwinnow_jni.so, winnow and winnow-sample for any Linux with glibc 2.28 or later; and
# build/natives/linux-ARCH, which a jar carries.
build_portable() {  # ARCH [TARGET...]
  local arch=$1 folders fresh=()
  shift
  folders=$(packaging/clients/build.sh "$arch")
  # CMake remembers where pkg-config found a library; another library lies elsewhere.
  [ "$(cat "build/portable-$arch/clients.txt" 2>/dev/null)" = "$folders" ] || fresh=(--fresh)
  WINNOW_TOOLCHAIN=$(packaging/toolchain/install.sh "$arch") WINNOW_ARCH=$arch WINNOW_CLIENTS=${folders//$'\n'/;} \
    cmake --preset "portable-$arch" "${fresh[@]}" --log-level=WARNING >/dev/null
  echo "$folders" >"build/portable-$arch/clients.txt"
  cmake --build --preset "portable-$arch" ${@:+--target "$@"} >&2
  lay_out_natives "$arch" build/natives/linux-"$arch"
}

# Both libraries with their digests, which are checked before they are loaded.
lay_out_natives() {  # ARCH FOLDER
  mkdir -p "$2"
  cp -L "build/portable-$1/libwinnow.so" "build/portable-$1/libwinnow_jni.so" "$2/"
  chmod 644 "$2"/*
  (cd "$2" && sha256sum libwinnow.so libwinnow_jni.so >SHA256SUMS)
}
