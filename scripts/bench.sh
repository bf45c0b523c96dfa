#: ./dev bench [NAME...]   measures winnow against its alternatives on servers of its own and writes docs/benchmarks.md;
#:                         ./dev bench quick: two minutes, nothing written; ./dev bench --help: the names and options
source scripts/shared/steps.sh
source scripts/shared/build.sh

need "${build_packages[@]}" python3 postgresql-15 debootstrap openssl percona-toolkit
say "building build/release"
build release winnow_shared winnow_cli winnow-sample winnow-bench
exec python3 bench/run.py "$@"
