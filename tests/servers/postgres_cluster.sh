#!/bin/bash
# A PostgreSQL primary with two streaming replicas, each on a host of its own (network.sh), and a fourth host for clients; or all of
# them on 127.0.0.1.
#
#   postgres_cluster.sh start DIR [NAME=VALUE...]   hosts db1 (primary), db2 (synchronous replica), db3 (asynchronous), client;
#                                                   prints postgresql://winnow:PASSWORD@10.77.0.1:5432,10.77.0.2:5432,10.77.0.3:5432/postgres
#   postgres_cluster.sh start-here DIR [NAME=VALUE...]
#                                                   the same three servers on ports of 127.0.0.1: without a network, and without root
#   postgres_cluster.sh promote DIR HOST            makes a replica the primary; nobody waits for a replica until one rejoins
#   postgres_cluster.sh crash DIR HOST              every process of it ends at once
#   postgres_cluster.sh restart DIR HOST            the same server comes back, as what it was
#   postgres_cluster.sh rejoin DIR HOST PRIMARY [synchronous]
#                                                   throws HOST's data away and makes it a replica of PRIMARY
#   postgres_cluster.sh restore DIR PRIMARY SYNCHRONOUS
#                                                   rejoins the two others; returns once both stream
#   postgres_cluster.sh freeze DIR HOST             stops every process of it while the kernel accepts connections for it
#   postgres_cluster.sh setting DIR HOST NAME VALUE a setting of one server, from now on
#   postgres_cluster.sh stop DIR                    ends all and removes what start made
#
# network.sh cut cuts links. The URL of a network holds inside it alone. NAME=VALUE are settings of all three servers.
# initdb refuses root, so root runs the servers as Debian's user postgres; the network needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

die() {
  echo "postgres_cluster.sh: $1" >&2
  exit 1
}

bin=${WINNOW_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)}
[[ -x $bin/initdb ]] || die "no PostgreSQL server: apt-get install postgresql, or set WINNOW_PG_BIN to its bin folder"

as_user() {
  if [[ $(id -u) == 0 ]]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# The file has a port for each of three servers that have no network of their own.
is_here() {  # DIR
  [[ -f $1/ports ]]
}

on_host() {  # DIR HOST COMMAND...: as user postgres
  if is_here "$1"; then
    as_user "${@:3}"
  else
    "$here/network.sh" run "$1" "$2" runuser -u postgres -- "${@:3}"
  fi
}

address_of() {  # DIR HOST
  if is_here "$1"; then echo 127.0.0.1; else echo "10.77.0.${2#db}"; fi
}

port_of() {  # DIR HOST
  if is_here "$1"; then sed -n "${2#db}p" "$1/ports"; else echo 5432; fi
}

choose_ports() {  # DIR
  python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(each.getsockname()[1] for each in taken), sep="\n")' > "$1/ports"
}

processes_of() {  # DIR HOST: the postmaster first
  local postmaster
  postmaster=$(as_user head -n 1 "$1/$2/postmaster.pid")
  echo "$postmaster"
  tr ' ' '\n' < "/proc/$postmaster/task/$postmaster/children"
}

launch() {  # DIR HOST
  on_host "$1" "$2" "$bin/pg_ctl" --pgdata="$1/$2" --log="$1/$2.log" --wait --timeout=60 start > /dev/null ||
    die "$2 does not start: $(tail -n 5 "$1/$2.log")"
}

ends() {  # DIR HOST: nothing is written any more
  [[ -f $1/$2/postmaster.pid ]] || return 0
  thaw_to_end "$1" "$2"
  on_host "$1" "$2" "$bin/pg_ctl" --pgdata="$1/$2" --mode=immediate --wait stop > /dev/null 2>&1 || true
}

# A stopped server receives the order to end first when it resumes.
thaw_to_end() {  # DIR HOST
  local processes
  processes=$(processes_of "$1" "$2" 2> /dev/null) || true
  on_host "$1" "$2" "$bin/pg_ctl" --pgdata="$1/$2" --mode=immediate --no-wait stop > /dev/null 2>&1 || true
  # Some may have ended before the others' turn.
  kill -CONT $processes 2> /dev/null || true
}

sql() {  # DIR HOST STATEMENT
  on_host "$1" "$2" psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$1/$2.socket" -p "$(port_of "$1" "$2")" -U winnow -d postgres -c "$3"
}

setting() {  # DIR HOST NAME VALUE
  sql "$1" "$2" "ALTER SYSTEM SET $3 = '$4'"
  sql "$1" "$2" "SELECT pg_reload_conf()" > /dev/null
}

# Small WAL segments: each new replica begins with one.
make_primary() {  # DIR [NAME=VALUE...]
  local folder=$1
  shift
  as_user "$bin/initdb" --pgdata="$folder/db1" --username=winnow --pwfile="$folder/password" --wal-segsize=1 \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > /dev/null
  as_user tee -a "$folder/db1/pg_hba.conf" > /dev/null << 'CONF'
host all all 10.77.0.0/24 scram-sha-256
host replication all 10.77.0.0/24 scram-sha-256
CONF
  # Throw-away data: nothing has to survive a power cut. Replicas are fed and dropped within seconds.
  as_user tee -a "$folder/db1/postgresql.conf" > /dev/null << 'CONF'
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
  if is_here "$folder"; then set -- "listen_addresses = '127.0.0.1'" "wal_keep_size = 64MB" "$@"; fi
  printf '%s\n' "$@" | as_user tee -a "$folder/db1/postgresql.conf" > /dev/null
}

# A base backup of PRIMARY as HOST's data.
clone() {  # DIR HOST PRIMARY
  local folder=$1 host=$2 password
  password=$(< "$folder/password")
  rm -rf -- "${folder:?}/$host"
  PGPASSWORD=$password on_host "$folder" "$host" "$bin/pg_basebackup" --pgdata="$folder/$host" --checkpoint=fast --no-sync \
    --wal-method=stream --dbname="host=$(address_of "$folder" "$3") port=$(port_of "$folder" "$3") user=winnow" || die "$host can't be made from $3"
  on_host "$folder" "$host" touch "$folder/$host/standby.signal"
  on_host "$folder" "$host" tee -a "$folder/$host/postgresql.auto.conf" > /dev/null << CONF
primary_conninfo = 'host=$(address_of "$folder" "$3") port=$(port_of "$folder" "$3") user=winnow password=$password application_name=$host connect_timeout=2'
recovery_target_timeline = 'latest'
synchronous_standby_names = ''
CONF
  own_place "$folder" "$host"
}

# This script reaches a server by its socket. Hosts share the file system, so each has a folder for it.
own_place() {  # DIR HOST
  as_user mkdir -p "$1/$2.socket"
  as_user tee -a "$1/$2/postgresql.conf" > /dev/null << CONF
unix_socket_directories = '$1/$2.socket'
port = $(port_of "$1" "$2")
CONF
}

restore() {  # DIR PRIMARY SYNCHRONOUS
  local host others=()
  for host in db1 db2 db3; do
    if [[ $host != "$2" ]]; then others+=("$host"); fi
  done
  printf '%s\n' "${others[@]}" | xargs -P 2 -I{} "$0" rejoin "$1" {} "$2" || die "no replicas of $2"
  setting "$1" "$2" synchronous_standby_names "FIRST 1 ($3)"
  until [[ $(sql "$1" "$2" "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'
      AND (sync_state = 'sync' OR application_name <> '$3')") == 2 ]]; do
    sleep 0.05
  done
}

start_in() {
  local folder=$1 host password
  shift
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  if [[ $(id -u) == 0 ]]; then chown postgres: "$folder"; fi
  as_user test -w "$folder" || die "user postgres can't reach $folder: choose a folder under /tmp"
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  as_user bash -c 'umask 077 && printf %s "$2" > "$1"' _ "$folder/password" "$password"
  make_primary "$folder" "$@"
  own_place "$folder" db1
  launch "$folder" db1
  for host in db2 db3; do
    clone "$folder" "$host" db1
    launch "$folder" "$host"
  done
  setting "$folder" db1 synchronous_standby_names 'FIRST 1 (db2)'
  echo "postgresql://winnow:$password@$(address_of "$folder" db1):$(port_of "$folder" db1),$(address_of "$folder" db2):$(port_of "$folder" db2),$(address_of "$folder" db3):$(port_of "$folder" db3)/postgres"
}

stop_in() {
  local host
  for host in db1 db2 db3; do
    if [[ -d $1/$host ]]; then ends "$1" "$host"; fi
  done
  is_here "$1" || "$here/network.sh" stop "$1"
  rm -rf -- "$1"/{db1,db2,db3}{,.log,.socket} "$1/password" "$1/ports"
}

[[ $# -ge 2 ]] || die "usage: postgres_cluster.sh start|start-here DIR [NAME=VALUE...] | promote|crash|freeze|restart DIR HOST | rejoin DIR HOST PRIMARY [synchronous] | restore DIR PRIMARY SYNCHRONOUS | setting DIR HOST NAME VALUE | stop DIR"
command=$1 folder=$2
shift 2
case $command in
  start)
    "$here/network.sh" start "$folder" db1 db2 db3 client
    start_in "$folder" "$@"
    ;;
  start-here)
    mkdir -p "$folder"
    choose_ports "$folder"
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
  restore) restore "$folder" "$@" ;;
  freeze) kill -STOP $(processes_of "$folder" "$1") ;;
  setting) setting "$folder" "$@" ;;
  stop) stop_in "$folder" ;;
  *) die "unknown command $command" ;;
esac
