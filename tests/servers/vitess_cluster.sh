#!/bin/bash
# A Vitess cluster of separate processes, for what vitess.sh's one process can't do: tablets that are restarted, a shard that is split.
#
#   vitess_cluster.sh start DIR SCHEMA     one shard, `0`; SCHEMA holds tables.sql and vschema.json; prints mysql://root@10.77.0.1:15306/kestra,
#                                          which holds on the network's other host, `client`
#   vitess_cluster.sh split DIR            copies the rows into two shards, `-80` and `80-`, and keeps them up to date; returns when it does
#   vitess_cluster.sh switch DIR           the two shards take over, the old one serves no more
#   vitess_cluster.sh restart-tablet DIR N kill -9 of the Nth tablet's vttablet (1: shard 0; 2 and 3: the new shards), and another one
#   vitess_cluster.sh stop DIR             ends all and removes what start made
#
# The programs are those of vitess.sh (`vitess.sh build`) and Debian's etcd. Needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/go.sh"

vitess=$go_cache/vitess-v0.24.4
root=$go_cache/mysql-root
uid=65533
shards=(0 -80 80-)  # of tablets 1, 2, 3

die() {
  echo "vitess_cluster.sh: $1" >&2
  exit "${2:-1}"
}

# In the chroot of mysql.sh, on the network's host, with Vitess as its /usr/local and DIR/data as its /mnt.
inside() {  # DIR COMMAND...
  local folder=$1
  shift
  # shellcheck disable=SC2016
  "$here/network.sh" run "$folder" vitess unshare --mount bash -c '
    set -e
    mount --bind "$1" "$2/usr/local"
    mount --bind "$3" "$2/mnt"
    mount -t proc proc "$2/proc"
    mount --bind /dev "$2/dev"
    touch "$2/etc/hosts"
    mount --bind "$3/hosts" "$2/etc/hosts"
    exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt VTROOT=/usr/local VTDATAROOT=/mnt VT_MYSQL_ROOT=/usr \
      chroot --userspec="$4" "$2" "${@:5}"' _ "$vitess" "$root" "$folder/data" "$uid:$uid" "$@"
}

in_background() {  # DIR NAME COMMAND...
  local folder=$1 name=$2
  shift 2
  setsid "$0" inside "$folder" "$@" < /dev/null >> "$folder/$name.log" 2>&1 &
}

topology=(--topo-implementation etcd2 --topo-global-server-address 127.0.0.1:2379 --topo-global-root /vitess/global)

ctl() {  # DIR COMMAND...
  inside "$1" vtctldclient --server 127.0.0.1:15999 "${@:2}"
}

# Until a command on it succeeds.
await() {  # DIR WHAT COMMAND...
  local folder=$1 what=$2
  shift 2
  for _ in $(seq 1 300); do
    if "$@" > /dev/null 2>&1; then return; fi
    sleep 0.2
  done
  die "$what: $(tail -n 5 "$folder"/*.log)"
}

reached() {  # DIR PORT
  "$here/network.sh" run "$1" vitess bash -c "exec 3<> /dev/tcp/127.0.0.1/$2"
}

start_tablet() {  # DIR NUMBER
  in_background "$1" "vttablet$2" vttablet "${topology[@]}" --tablet-path "zone-000000000$2" --tablet-hostname 127.0.0.1 \
    --init-keyspace kestra --init-shard "${shards[$2 - 1]}" --init-tablet-type replica --health-check-interval 1s --port $((15000 + $2)) \
    --grpc-port $((16000 + $2)) --service-map grpc-queryservice,grpc-tabletmanager,grpc-updatestream --log-format text \
    --queryserver-config-pool-size 16 --queryserver-config-transaction-cap 40
  await "$1" "tablet $2 does not start" reached "$1" $((16000 + $2))
}

# A mysqld, its tablet, and the tablet as its shard's primary.
add_tablet() {  # DIR NUMBER
  inside "$1" mysqlctl --tablet-uid "$2" --mysql-port $((17000 + $2)) --log-format text init >> "$1/mysqlctl.log" 2>&1 ||
    die "mysqld $2: $(tail -n 5 "$1/mysqlctl.log")"
  start_tablet "$1" "$2"
  await "$1" "tablet $2 does not become the primary" ctl "$1" PlannedReparentShard --new-primary "zone-000000000$2" "kestra/${shards[$2 - 1]}"
}

start_in() {
  local folder=$1 schema=$2
  mkdir -p "$folder/data"
  echo '127.0.0.1 localhost' > "$folder/data/hosts"
  cp "$schema"/* "$folder/data"
  chown -R "$uid:$uid" "$folder/data"
  setsid "$here/network.sh" run "$folder" vitess etcd --data-dir "$folder/etcd" --listen-client-urls http://127.0.0.1:2379 \
    --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync --log-level error \
    < /dev/null > "$folder/etcd.log" 2>&1 &
  await "$folder" "etcd does not start" reached "$folder" 2379
  in_background "$folder" vtctld vtctld "${topology[@]}" --service-map grpc-vtctl,grpc-vtctld --port 15000 --grpc-port 15999 --log-format text
  await "$folder" "vtctld does not start" reached "$folder" 15999
  ctl "$folder" AddCellInfo --root /vitess/zone --server-address 127.0.0.1:2379 zone > /dev/null
  ctl "$folder" CreateKeyspace --durability-policy none kestra > /dev/null
  add_tablet "$folder" 1
  ctl "$folder" ApplySchema --sql-file /mnt/tables.sql kestra > /dev/null
  ctl "$folder" ApplyVSchema --vschema-file /mnt/vschema.json kestra > /dev/null
  in_background "$folder" vtgate vtgate "${topology[@]}" --port 15301 --grpc-port 15991 --mysql-server-port 15306 --mysql-server-bind-address 0.0.0.0 \
    --cell zone --cells-to-watch zone --tablet-types-to-wait PRIMARY --service-map grpc-vtgateservice --enable-buffer --tablet-refresh-interval 1s \
    --mysql-auth-server-impl none --enable-system-settings --log-format text
  await "$folder" "vtgate does not start" reached "$folder" 15306
  echo "mysql://root@10.77.0.1:15306/kestra"
}

# Vitess copies tables too, but compares what SHOW CREATE TABLE prints, and MySQL 9 prints Kestra's in two ways.
split() {
  local number
  for number in 2 3; do
    add_tablet "$1" "$number"
    inside "$1" sh -c "mysql --no-defaults --socket=/mnt/vt_000000000$number/mysql.sock --user=vt_dba vt_kestra < /mnt/tables.sql"
  done
  ctl "$1" Reshard --workflow halves --target-keyspace kestra create --source-shards 0 --target-shards=-80,80- --skip-schema-copy > /dev/null
  await "$1" "the copy does not come to its end" keeps_up "$1"
}

# Both streams have copied all and follow the old shard: a dry run of the switch does not look at that.
keeps_up() {
  [[ $(ctl "$1" Reshard --workflow halves --target-keyspace kestra status | grep -c 'Running. VStream Lag: ') == 2 ]]
}

# Whatever runs on the host `vitess` is ours.
pids_of() {  # DIR
  ip netns pids "$(basename "$("$here/network.sh" namespace "$1" vitess)")"
}

end_tablet() {  # DIR NUMBER
  local pid
  for pid in $(pids_of "$1"); do
    if tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q -- "^vttablet .*--tablet-path zone-000000000$2 "; then
      kill -KILL "$pid"
      while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
    fi
  done
}

end_all() {
  local pids
  mapfile -t pids < <(pids_of "$1")
  if [[ ${#pids[@]} -gt 0 ]]; then kill -KILL "${pids[@]}" 2> /dev/null || true; fi
}

[[ $# -ge 2 ]] || die "usage: vitess_cluster.sh start DIR SCHEMA | split|switch DIR | restart-tablet DIR N | stop DIR" 2
command=$1 folder=$2
shift 2
case $command in
  start)
    [[ -x $vitess/bin/vtgate ]] || "$here/vitess.sh" build
    "$here/network.sh" start "$folder" vitess client
    start_in "$(cd "$folder" && pwd)" "$1"
    ;;
  inside) inside "$folder" "$@" ;;
  split) split "$folder" ;;
  switch) ctl "$folder" Reshard --workflow halves --target-keyspace kestra switchtraffic > /dev/null ;;
  restart-tablet)
    end_tablet "$folder" "$1"
    start_tablet "$folder" "$1"
    ;;
  stop)
    if [[ -f $folder/network ]]; then end_all "$folder"; fi
    "$here/network.sh" stop "$folder"
    rm -rf -- "$folder/data" "$folder/etcd" "$folder"/*.log
    ;;
  *) die "unknown command $command" 2 ;;
esac
