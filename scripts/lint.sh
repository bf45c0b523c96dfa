#: ./dev lint     clang-format and clang-tidy over every file by itself, tests too: most of an hour
#:                (./dev lint FILE...: tidy over these alone)
source scripts/shared/steps.sh
source scripts/shared/build.sh

need "${build_packages[@]}" "${lint_packages[@]}"
step "clang-format"
git ls-files '*.h' '*.cpp' '*.c' | xargs "$clang_format" --dry-run --Werror
step "clang-tidy"
cmake --preset dev --log-level=WARNING >/dev/null
# Headers that the build writes are needed too.
cmake --build --preset dev --target winnow_plugin winnow_sample_lib >/dev/null
# The JNI bridge needs a JDK's headers, which build/dev does without.
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else git ls-files '*.cpp' ':!hosts/jvm/native'; fi |
  xargs -P "$(nproc)" -n 4 "$clang_tidy" --quiet -p build/dev
print_steps
