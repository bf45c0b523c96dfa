#!/bin/bash
# An S3 server for tests and benchmarks: versitygw over a folder, on a free loopback port.
#
#   versitygw.sh start DIR        prints http://ACCESS:SECRET@127.0.0.1:PORT/winnow, of which `winnow` is an empty bucket
#   versitygw.sh start DIR tls    the same with https://, by a certificate for 127.0.0.1 of the authority in DIR/ca.pem
#   versitygw.sh stop DIR         ends that server alone and removes what it made in DIR
#
# The bucket's objects are the files of DIR/buckets/winnow, so that a test can date them. Built once from the Go module
# registry into ${WINNOW_CACHE:-~/.cache/winnow}/bin.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/go.sh"

die() {
  echo "versitygw.sh: $1" >&2
  exit 1
}

stop_in() {
  stop_process "$1/pid" versitygw
  rm -rf -- "$1/buckets" "$1/log" "$1"/{ca,server}{.pem,-key.pem}
}

make_certificate() {  # FOLDER
  (
    cd "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=winnow test CA' \
      -keyout ca-key.pem -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=winnow test bucket' -keyout server-key.pem |
      openssl x509 -req -CA ca.pem -CAkey ca-key.pem -set_serial 1 -days 30 -out server.pem \
        -extfile <(echo 'subjectAltName = IP:127.0.0.1')
  ) 2> "$1/log" || { cat "$1/log" >&2; die "openssl can't make certificates"; }
}

start_in() {
  local folder=$1 scheme=http tls=() program port secret
  program=$(go_build versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0) || die "it could not be built"
  stop_in "$folder"
  mkdir -p "$folder/buckets/winnow"
  if [[ ${2:-} == tls ]]; then
    make_certificate "$folder"
    scheme=https tls=(--cert "$folder/server.pem" --key "$folder/server-key.pem")
  fi
  secret=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  # Another process may take the port between the check and the start: then it tries the next one.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    ROOT_ACCESS_KEY=winnow ROOT_SECRET_KEY=$secret setsid "$program" --port "127.0.0.1:$port" --quiet --keep-alive "${tls[@]}" \
      posix "$folder/buckets" > "$folder/log" 2>&1 < /dev/null &
    echo $! > "$folder/pid"
    if await_port "$!" "$port"; then
      echo "$scheme://winnow:$secret@127.0.0.1:$port/winnow"
      return
    fi
    stop_process "$folder/pid" versitygw
  done
  cat "$folder/log" >&2
  die "the server did not start"
}

[[ -n ${2:-} ]] || die "usage: versitygw.sh start DIR [tls] | stop DIR"
case $1 in
  start) start_in "$2" "${3:-}" ;;
  stop) stop_in "$2" ;;
  *) die "usage: versitygw.sh start DIR [tls] | stop DIR" ;;
esac
