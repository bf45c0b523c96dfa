#: ./dev format   puts the code into its form
source scripts/shared/steps.sh
source scripts/shared/build.sh

need clang-format
git ls-files '*.h' '*.cpp' '*.c' | xargs clang-format -i
