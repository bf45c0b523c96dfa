#!/bin/bash
# A Patroni cluster: three PostgreSQL servers that Patroni keeps, an etcd in which they agree, and haproxy for those who want the primary.
#
#   patroni.sh start DIR              hosts db1, db2, db3, etcd, client; prints postgresql://winnow:PASSWORD@127.0.0.1:5000/postgres, which
#                                     holds on the host `client`, where haproxy asks Patroni who is the primary
#   patroni.sh primary DIR            prints the host of the primary
#   patroni.sh crash DIR HOST         every process of that host ends at once
#   patroni.sh restart DIR HOST       Patroni and its server again
#   patroni.sh settled DIR            waits until there is a primary with a synchronous replica, which alone may take its place
#   patroni.sh switch-over DIR HOST   hands the primary's place over to HOST, as patronictl switchover
#   patroni.sh stop DIR
#
# network.sh cut cuts links. The servers run as Debian's user postgres; the network needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

die() {
  echo "patroni.sh: $1" >&2
  exit 1
}

bin=${WINNOW_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)}

address_of() {
  case $1 in
    etcd) echo 10.77.0.4 ;;
    *) echo "10.77.0.${1#db}" ;;
  esac
}

on_host() {  # DIR HOST COMMAND...: as user postgres
  "$here/network.sh" run "$1" "$2" runuser -u postgres -- "${@:3}"
}

in_background() {  # DIR HOST NAME COMMAND...
  local folder=$1 host=$2 name=$3
  shift 3
  # A session of its own, so that its group is the host's processes and no one else's.
  setsid "$here/network.sh" run "$folder" "$host" runuser -u postgres -- "$@" < /dev/null >> "$folder/$name.log" 2>&1 &
  echo $! > "$folder/$name.pid"
}

configure() {  # DIR HOST
  local folder=$1 host=$2 password
  password=$(< "$folder/password")
  cat > "$folder/$host.yml" << CONF
scope: winnow
name: $host
restapi: {listen: '0.0.0.0:8008', connect_address: '$(address_of "$host"):8008'}
etcd3: {host: '10.77.0.4:2379'}
bootstrap:
  dcs:
    ttl: 6
    loop_wait: 1
    retry_timeout: 2
    maximum_lag_on_failover: 0
    synchronous_mode: true
    postgresql: {use_pg_rewind: true, parameters: {wal_log_hints: 'on'}}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, no-sync]
  pg_hba:
    - local all all trust
    - host all all 0.0.0.0/0 scram-sha-256
    - host replication all 0.0.0.0/0 scram-sha-256
postgresql:
  listen: '0.0.0.0:5432'
  connect_address: '$(address_of "$host"):5432'
  data_dir: $folder/$host
  bin_dir: $bin
  pgpass: $folder/$host.pgpass
  authentication:
    superuser: {username: winnow, password: '$password'}
    replication: {username: replicator, password: '$password'}
  parameters:
    unix_socket_directories: ''
    fsync: 'off'
    full_page_writes: 'off'
    shared_buffers: 64MB
    max_connections: 100
    timezone: Asia/Kathmandu
    log_timezone: UTC
CONF
}

launch() {  # DIR HOST
  in_background "$1" "$2" "$2" patroni "$1/$2.yml"
}

ask() {  # DIR HOST PATH: Patroni's status code
  "$here/network.sh" run "$1" client python3 -c '
import http.client, sys
try:
    connection = http.client.HTTPConnection(sys.argv[1], 8008, timeout=2)
    connection.request("GET", sys.argv[2])
    print(connection.getresponse().status)
except OSError:
    print(0)' "$(address_of "$2")" "$3"
}

primary_in() {
  local host
  for host in db1 db2 db3; do
    if [[ $(ask "$1" "$host" /primary) == 200 ]]; then
      echo "$host"
      return
    fi
  done
  die "there is no primary"
}

# Until a host has that role.
await() {  # DIR HOST ROLE
  for _ in $(seq 1 300); do
    [[ $(ask "$1" "$2" "/$3") != 200 ]] || return 0
    sleep 0.2
  done
  die "$2 does not become $3: $(tail -n 5 "$1/$2.log")"
}

settled_in() {
  local host
  for _ in $(seq 1 300); do
    for host in db1 db2 db3; do
      [[ $(ask "$1" "$host" /sync) != 200 ]] || return 0
    done
    sleep 0.2
  done
  die "no replica is synchronous"
}

start_in() {
  local folder=$1 host password
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  chown postgres: "$folder"
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && printf %s "$password" > "$folder/password")
  in_background "$folder" etcd etcd etcd --data-dir "$folder/etcd" --listen-client-urls http://0.0.0.0:2379 \
    --advertise-client-urls http://10.77.0.4:2379 --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync --log-level error
  for host in db1 db2 db3; do
    configure "$folder" "$host"
    chown postgres: "$folder/$host.yml"
    launch "$folder" "$host"
    if [[ $host == db1 ]]; then await "$folder" db1 primary; else await "$folder" "$host" replica; fi
  done
  settled_in "$folder"
  "$here/network.sh" run "$folder" client "$here/haproxy.sh" start "$folder/haproxy" 5000 http:8008/primary \
    10.77.0.1:5432 10.77.0.2:5432 10.77.0.3:5432
  echo "postgresql://winnow:$password@127.0.0.1:5000/postgres"
}

# Every process of a host: those in its network namespace.
end_host() {  # DIR HOST
  local pids
  mapfile -t pids < <(ip netns pids "$(basename "$("$here/network.sh" namespace "$1" "$2")")")
  if [[ ${#pids[@]} -gt 0 ]]; then kill -KILL "${pids[@]}" 2> /dev/null || true; fi
  rm -f -- "$1/$2/postmaster.pid"
}

stop_in() {
  local host
  if [[ -f $1/network ]]; then
    "$here/haproxy.sh" stop "$1/haproxy"
    for host in db1 db2 db3 etcd; do end_host "$1" "$host"; done
  fi
  "$here/network.sh" stop "$1"
  rm -rf -- "$1"/{db1,db2,db3,etcd}{,.log,.pid,.yml,.pgpass} "$1/haproxy" "$1/password"
}

[[ $# -ge 2 ]] || die "usage: patroni.sh start DIR | primary|settled DIR | crash|restart|switch-over DIR HOST | stop DIR"
command=$1 folder=$2
shift 2
case $command in
  start)
    "$here/network.sh" start "$folder" db1 db2 db3 etcd client
    start_in "$folder"
    ;;
  primary) primary_in "$folder" ;;
  settled) settled_in "$folder" ;;
  crash) end_host "$folder" "$1" ;;
  restart) launch "$folder" "$1" ;;
  switch-over)
    on_host "$folder" client patronictl -c "$folder/db1.yml" switchover winnow --leader "$(primary_in "$folder")" --candidate "$1" --force > /dev/null
    ;;
  stop) stop_in "$folder" ;;
  *) die "unknown command $command" ;;
esac
