#: ./dev format   puts the code into its form
source scripts/shared/steps.sh
source scripts/shared/build.sh

need clang-format-14
git ls-files '*.h' '*.cpp' '*.c' | xargs "$clang_format" -i
