#: ./dev demo     a sample database of 10,000 executions with files; a flow lists and purges it
source scripts/shared/steps.sh
source scripts/shared/build.sh

need "${build_packages[@]}" python3
say "building build/release"
build release winnow_shared winnow_cli winnow-sample
docs/examples/demo.sh
