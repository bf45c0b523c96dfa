#: ./dev tidy     clang-tidy over the product's code, as ./dev test runs it: a few minutes
source scripts/shared/steps.sh
source scripts/shared/build.sh
source scripts/shared/tidy.sh

need "${build_packages[@]}" "${tidy_packages[@]}"
step "clang-tidy"
tidy_rooms
print_steps
