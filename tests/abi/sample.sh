#!/bin/sh
# A fresh SQLite database of 500 executions with files, for the hosts of the tests: sample.sh WINNOW-SAMPLE FOLDER
set -eu
rm -rf "$2"
mkdir -p "$2/storage"
"$1" --database "sqlite:$2/kestra.db" --executions 500 --storage "$2/storage"
