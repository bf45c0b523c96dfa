# Sourced by the commands that run clang-tidy over the product's code. It reads all files of a room as one: parsing the headers of
# the standard library and nlohmann takes most of the time. For that, names in the anonymous namespaces of a room must differ.

readonly tidy_packages=(clang-tidy-14 openjdk-17-jdk-headless)

# What `git ls-files` takes, a room per line.
readonly tidy_rooms=(
  'outcome document storage' 'plugin' 'tasks :!tasks/purge' 'tasks/purge' 'hosts/cli' 'hosts/jvm/native' 'tools' 'bench/native'
  'database :!database/*/*' 'database/url' 'database/postgres' 'database/mysql' 'database/sqlite')

tidy_rooms() {
  local flags java room unit units=()
  java=$(dirname "$(ls /usr/lib/jvm/*/include/jni.h | head -n 1)")  # the JNI bridge includes it
  flags=(-std=c++20 "-I$PWD" -DWINNOW_NO_SHORT_NAME '-DWINNOW_VERSION="0"' '-DWINNOW_COMPILER="clang"' "-I$java" "-I$java/linux"
    $(pkg-config --cflags libpq libmariadb yaml-cpp sqlite3 libcurl libcrypto pugixml libutf8proc))
  mkdir -p build/tidy
  for room in "${tidy_rooms[@]}"; do
    unit=build/tidy/${room//[^a-z]/_}.cpp
    git ls-files -- $room | sed -n 's/.*\.cpp$/#include "&"/p' >"$unit"
    [ -s "$unit" ] || die "scripts/shared/tidy.sh: no code in $room"
    units+=("$unit")
  done
  # A unit includes .cpp files on purpose.
  printf '%s\n' "${units[@]}" |
    xargs -P "$(nproc)" -I{} "$clang_tidy" --quiet --checks=-bugprone-suspicious-include {} -- "${flags[@]}"
}
