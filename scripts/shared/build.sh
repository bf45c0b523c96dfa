# Sourced by the commands that build: the Debian packages that are needed, and a CMake preset built.

readonly build_packages=(
  g++ cmake ninja-build ccache pkg-config git ca-certificates
  libpq-dev default-libmysqlclient-dev libsqlite3-dev
  nlohmann-json3-dev libyaml-cpp-dev libvalijson-dev libcli11-dev
  libhowardhinnant-date-dev libexpected-dev libutf8proc-dev tzdata
  libcurl4-openssl-dev libssl-dev libpugixml-dev)
# Another version has another taste: the versions are part of the rules.
readonly clang_format=clang-format-14 clang_tidy=clang-tidy-14
readonly test_packages=(
  libgtest-dev libgmock-dev clang clang-format-14 postgresql-15 pgbouncer python3 python3-pyte debootstrap openssl
  abigail-tools binutils percona-toolkit zsh fish)  # percona-toolkit: pt-archiver, for bench.mysql
readonly lint_packages=(libgtest-dev libgmock-dev clang-tidy-14 clang-format-14 openjdk-17-jdk-headless)

# Installs what is missing of the named Debian packages; without root it says which command to run.
need() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "missing packages; as root run: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  # A new PostgreSQL package must not make a cluster and start a server of its own: tests start theirs.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${sudo[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # Nor may any other package start one (haproxy, etcd, patroni, ...): this file forbids it to their scripts.
  local own_policy=no
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    own_policy=yes
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee /usr/sbin/policy-rc.d >/dev/null
    "${sudo[@]}" chmod +x /usr/sbin/policy-rc.d
  fi
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
  if [ "$own_policy" = yes ]; then "${sudo[@]}" rm /usr/sbin/policy-rc.d; fi
}

# Builds a preset of CMakePresets.json into build/PRESET, all of it or the targets named.
build() {  # PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset" --log-level=WARNING >/dev/null
  cmake --build --preset "$preset" ${@:+--target "$@"} >&2
}
