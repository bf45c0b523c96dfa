#!/bin/sh
# The library exports what abi/symbols.txt lists, and nothing else.
set -eu
nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort | diff - "$2"
