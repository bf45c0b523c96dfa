#!/bin/bash
# A PostgreSQL primary with two streaming replicas, each on a host of its own (network.sh), and a fourth host for clients.
#
#   postgres_cluster.sh start DIR [NAME=VALUE...]   hosts db1 (primary), db2 (synchronous replica), db3 (asynchronous), client;
#                                                   prints postgresql://winnow:PASSWORD@10.77.0.1:5432,10.77.0.2:5432,10.77.0.3:5432/postgres
#   postgres_cluster.sh promote DIR HOST            makes a replica the primary; nobody waits for a replica until one rejoins
#   postgres_cluster.sh crash DIR HOST              every process of it ends at once
#   postgres_cluster.sh restart DIR HOST            the same server comes back, as what it was
#   postgres_cluster.sh rejoin DIR HOST PRIMARY [synchronous]
#                                                   throws HOST's data away and makes it a replica of PRIMARY
#   postgres_cluster.sh setting DIR HOST NAME VALUE a setting of one server, from now on
#   postgres_cluster.sh stop DIR                    ends all and removes what start made
#
# Cables are pulled by network.sh cut. The URL holds inside the network alone. NAME=VALUE are settings of all three servers.
# initdb refuses root, so the servers run as Debian's user postgres; the network needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

die() {
  echo "postgres_cluster.sh: $1" >&2
  exit 1
}

bin=${WINNOW_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)}
[[ -x $bin/initdb ]] || die "no PostgreSQL server: apt-get install postgresql, or set WINNOW_PG_BIN to its bin folder"

on_host() {  # DIR HOST COMMAND...: as user postgres
  "$here/network.sh" run "$1" "$2" runuser -u postgres -- "${@:3}"
}

address_of() {
  echo "10.77.0.${1#db}"
}

launch() {  # DIR HOST
  on_host "$1" "$2" "$bin/pg_ctl" --pgdata="$1/$2" --log="$1/$2.log" --wait --timeout=60 start > /dev/null ||
    die "$2 does not start: $(tail -n 5 "$1/$2.log")"
}

ends() {  # DIR HOST: nothing is written any more
  [[ -f $1/$2/postmaster.pid ]] || return 0
  on_host "$1" "$2" "$bin/pg_ctl" --pgdata="$1/$2" --mode=immediate --wait stop > /dev/null 2>&1 || true
}

sql() {  # DIR HOST STATEMENT
  on_host "$1" "$2" psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$1/$2.socket" -p 5432 -U winnow -d postgres -c "$3"
}

setting() {  # DIR HOST NAME VALUE
  sql "$1" "$2" "ALTER SYSTEM SET $3 = '$4'"
  sql "$1" "$2" "SELECT pg_reload_conf()" > /dev/null
}

make_primary() {  # DIR [NAME=VALUE...]
  local folder=$1
  shift
  runuser -u postgres -- "$bin/initdb" --pgdata="$folder/db1" --username=winnow --pwfile="$folder/password" \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > /dev/null
  cat >> "$folder/db1/pg_hba.conf" << 'CONF'
host all all 10.77.0.0/24 scram-sha-256
host replication all 10.77.0.0/24 scram-sha-256
CONF
  # Throw-away data: nothing has to survive a power cut. Replicas are fed and dropped within seconds.
  cat >> "$folder/db1/postgresql.conf" << 'CONF'
listen_addresses = '*'
fsync = off
full_page_writes = off
max_connections = 100
shared_buffers = 64MB
timezone = 'Asia/Kathmandu'
log_timezone = 'UTC'
wal_keep_size = 512MB
hot_standby = on
wal_receiver_timeout = 2s
wal_sender_timeout = 2s
wal_retrieve_retry_interval = 200ms
CONF
  printf '%s\n' "$@" >> "$folder/db1/postgresql.conf"
}

# A base backup of PRIMARY as HOST's data.
clone() {  # DIR HOST PRIMARY
  local folder=$1 host=$2 password
  password=$(< "$folder/password")
  rm -rf -- "${folder:?}/$host"
  PGPASSWORD=$password on_host "$folder" "$host" "$bin/pg_basebackup" --pgdata="$folder/$host" --checkpoint=fast --no-sync \
    --wal-method=stream --dbname="host=$(address_of "$3") user=winnow" || die "$host can't be made from $3"
  on_host "$folder" "$host" touch "$folder/$host/standby.signal"
  on_host "$folder" "$host" tee -a "$folder/$host/postgresql.auto.conf" > /dev/null << CONF
primary_conninfo = 'host=$(address_of "$3") user=winnow password=$password application_name=$host connect_timeout=2'
recovery_target_timeline = 'latest'
synchronous_standby_names = ''
CONF
  own_socket "$folder" "$host"
}

# This script reaches a server by its socket. Hosts share the file system, so each has a folder for it.
own_socket() {  # DIR HOST
  mkdir -p "$1/$2.socket"
  chown postgres: "$1/$2.socket"
  echo "unix_socket_directories = '$1/$2.socket'" >> "$1/$2/postgresql.conf"
}

start_in() {
  local folder=$1 host password
  shift
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  chown postgres: "$folder"
  runuser -u postgres -- test -w "$folder" || die "user postgres can't reach $folder: choose a folder under /tmp"
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  runuser -u postgres -- bash -c 'umask 077 && printf %s "$2" > "$1"' _ "$folder/password" "$password"
  make_primary "$folder" "$@"
  own_socket "$folder" db1
  launch "$folder" db1
  for host in db2 db3; do
    clone "$folder" "$host" db1
    launch "$folder" "$host"
  done
  setting "$folder" db1 synchronous_standby_names 'FIRST 1 (db2)'
  echo "postgresql://winnow:$password@10.77.0.1:5432,10.77.0.2:5432,10.77.0.3:5432/postgres"
}

stop_in() {
  local host
  for host in db1 db2 db3; do
    if [[ -d $1/$host ]]; then ends "$1" "$host"; fi
  done
  "$here/network.sh" stop "$1"
  rm -rf -- "$1"/{db1,db2,db3}{,.log,.socket} "$1/password"
}

[[ $# -ge 2 ]] || die "usage: postgres_cluster.sh start DIR [NAME=VALUE...] | promote|crash|restart DIR HOST | rejoin DIR HOST PRIMARY [synchronous] | setting DIR HOST NAME VALUE | stop DIR"
command=$1 folder=$2
shift 2
case $command in
  start)
    "$here/network.sh" start "$folder" db1 db2 db3 client
    start_in "$folder" "$@"
    ;;
  promote)
    on_host "$folder" "$1" "$bin/pg_ctl" --pgdata="$folder/$1" --wait --timeout=30 promote > /dev/null || die "$1 can't be promoted"
    setting "$folder" "$1" synchronous_standby_names ''
    ;;
  crash) ends "$folder" "$1" ;;
  restart)
    ends "$folder" "$1"
    launch "$folder" "$1"
    ;;
  rejoin)
    ends "$folder" "$1"
    clone "$folder" "$1" "$2"
    launch "$folder" "$1"
    if [[ ${3:-} == synchronous ]]; then setting "$folder" "$2" synchronous_standby_names "FIRST 1 ($1)"; fi
    ;;
  setting) setting "$folder" "$@" ;;
  stop) stop_in "$folder" ;;
  *) die "unknown command $command" ;;
esac
