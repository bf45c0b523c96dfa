#!/bin/bash
# A pgbouncer before a test's PostgreSQL server.
#
#   pgbouncer.sh start DIR HOST PORT USER PASSWORD [MODE [CONNECTIONS [OWN-PORT]]]
#       prints its port: a free one, unless OWN-PORT names it. MODE is transaction (the default), session or statement;
#       CONNECTIONS is how many server connections all clients share, 1 by default
#   pgbouncer.sh stop DIR    at once: sessions through it are cut
#
# pgbouncer refuses root, so root runs it as Debian's user postgres.
set -euo pipefail

die() {
  echo "pgbouncer.sh: $1" >&2
  exit 1
}

as_user() {
  if [[ $(id -u) != 0 ]]; then
    "$@"
  else
    (cd / && runuser -u postgres -- "$@")
  fi
}

start_in() {
  local folder=$1 host=$2 server=$3 user=$4 password=$5 mode=${6:-transaction} connections=${7:-1} port=${8:-}
  [[ -n $port ]] || port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$folder"
  cat > "$folder/pgbouncer.ini" << CONF
[databases]
* = host=$host port=$server
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users
pool_mode = $mode
default_pool_size = $connections
max_client_conn = 20
logfile = $folder/log
pidfile = $folder/pid
CONF
  echo "\"$user\" \"$password\"" > "$folder/users"
  if [[ $(id -u) == 0 ]]; then chown -R postgres: "$folder"; fi
  as_user pgbouncer --daemon --quiet "$folder/pgbouncer.ini" 2> "$folder/errors" || die "$(cat "$folder/errors")"
  for _ in $(seq 100); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      echo "$port"
      return
    fi
    sleep 0.1
  done
  die "it does not answer: $(cat "$folder/log")"
}

case ${1:-} in
  start) shift && start_in "$@" ;;
  stop)
    if [[ -f $2/pid ]]; then
      pid=$(< "$2/pid")
      kill -TERM "$pid" 2> /dev/null || true
      while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
    fi
    rm -f -- "$2/pgbouncer.ini" "$2/users" "$2/log" "$2/pid" "$2/errors"
    ;;
  *) die "usage: pgbouncer.sh start DIR HOST PORT USER PASSWORD [MODE [CONNECTIONS [OWN-PORT]]] | stop DIR" ;;
esac
