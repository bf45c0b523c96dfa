#!/bin/bash
# MinIO for tests and benchmarks, on a free loopback port with a data folder of its own.
#
#   minio.sh start DIR    prints http://ACCESS:SECRET@127.0.0.1:PORT/winnow, of which `winnow` is an empty bucket
#   minio.sh stop DIR     ends that server alone and removes what it made in DIR
#   minio.sh cached       succeeds where the program is built already (it takes 7 minutes)
#
# Built once from the Go module registry into ${WINNOW_CACHE:-~/.cache/winnow}/bin.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/go.sh"

die() {
  echo "minio.sh: $1" >&2
  exit 1
}

package=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

stop_in() {
  stop_process "$1/pid" minio
  rm -rf -- "$1/data" "$1/certs" "$1/log"
}

start_in() {
  local folder=$1 program port secret
  program=$(go_build minio "$package") || die "it could not be built"
  stop_in "$folder"
  # A folder of its data folder is a bucket.
  mkdir -p "$folder/data/winnow" "$folder/certs"
  secret=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  # Another process may take the port between the check and the start: then it tries the next one.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    MINIO_ROOT_USER=winnow MINIO_ROOT_PASSWORD=$secret MINIO_BROWSER=off MINIO_UPDATE=off setsid "$program" server --quiet \
      --certs-dir "$folder/certs" --address "127.0.0.1:$port" "$folder/data" > "$folder/log" 2>&1 < /dev/null &
    echo $! > "$folder/pid"
    if await_port "$!" "$port"; then
      echo "http://winnow:$secret@127.0.0.1:$port/winnow"
      return
    fi
    stop_process "$folder/pid" minio
  done
  cat "$folder/log" >&2
  die "the server did not start"
}

case ${1:-} in
  start | stop) [[ -n ${2:-} ]] || die "$1 needs a folder" ;;
esac
case ${1:-} in
  start) start_in "$2" ;;
  stop) stop_in "$2" ;;
  cached) [[ -x $go_cache/bin/minio-${package##*@} ]] ;;
  *) die "usage: minio.sh start DIR | stop DIR | cached" ;;
esac
