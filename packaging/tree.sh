# Sourced by the scripts that pack: an installed tree of an architecture, as `cmake --install` lays it out, with the papers of a
# release beside it. Every file has the time of the commit, so that two builds of it are the same bytes.

version=$(<VERSION)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC

# install_tree ARCH LIBDIR FOLDER [COMPONENT...]: FOLDER/{bin,LIBDIR,include,share}
install_tree() {
  local build=build/portable-$1 libdir=$2 folder=$3 component
  shift 3
  cmake -S . -B "$build" -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR="$libdir" --log-level=WARNING >/dev/null
  for component in "${@:-winnow libwinnow1 libwinnow-dev}"; do
    for component in $component; do
      cmake --install "$build" --component "$component" --prefix "$folder" >/dev/null
    done
  done
}

# The texts of the licences of all that is linked in.
third_party() {  # ARCH, or "ARCH and ARCH"
  local one=${1%% *} folder name line
  echo "What is linked into winnow $version for Linux on $1, and the licences of each."
  packaging/clients/build.sh "$one" | while read -r folder; do
    for name in "$folder"/share/licences/*; do
      line=$(awk -v name="${name##*/}" '$1 == name' packaging/clients/versions.txt)
      printf '\n\n======== %s\n\n' "$(awk '{v = $2; l = $4; $1 = $2 = $3 = $4 = ""; sub(/^ +/, ""); print $0 " " v " (" l ")"}' <<<"$line")"
      cat "$name"
    done
  done
  printf '\n\n======== MariaDB Connector/C: COPYING.LIB (LGPL-2.1)\n\n'
  cat /usr/share/common-licenses/LGPL-2.1
  printf '\n\n======== libc++, libc++abi, libunwind of LLVM, as Zig ships them (Apache-2.0 WITH LLVM-exception)\n\n'
  cat "$(packaging/toolchain/install.sh "$one")/zig/lib/libcxx/LICENSE.TXT"
  printf '\n\n======== Zig: compiler-rt (MIT)\n\n'
  cat "$(packaging/toolchain/install.sh "$one")/zig/LICENSE"
}

# Everything of a folder to the commit's time, and readable by all.
settle() {  # FOLDER
  chmod -R u=rwX,go=rX "$1"
  find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# A tar.gz without anything of who packed it, and when.
pack_tar() {  # FILE FOLDER: FOLDER's own name is the first in the archive
  settle "$2"
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --format=ustar --directory="$(dirname "$2")" "$(basename "$2")" |
    gzip -n9 >"$1"
}

papers() {  # ARCH FOLDER NAME-OF-ARTEFACT
  mkdir -p "$2"
  cp LICENSE NOTICE CHANGELOG.md SECURITY.md "$2/"
  third_party "$1" >"$2/THIRD-PARTY"
  python3 packaging/sbom.py "$3" "$1" >"$2/winnow.spdx.json"
}
