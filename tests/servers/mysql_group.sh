#!/bin/bash
# MySQL group replication: three servers with one primary, each on a host of its own (network.sh), and a fourth host for clients.
#
#   mysql_group.sh start DIR [MYSQLD-OPTION...]   hosts db1 (the first primary), db2, db3, client; prints
#                                                 mysql://winnow:PASSWORD@10.77.0.1:3306,10.77.0.2:3306,10.77.0.3:3306/winnow
#   mysql_group.sh primary DIR                    prints the host of the primary; fails while there is none
#   mysql_group.sh step-down DIR HOST             HOST becomes the primary instead, once the running transactions are done
#   mysql_group.sh patience DIR SECONDS           a member that is not heard of for 5 s and so much more has gone; 30 at first, for a machine
#                                                 that is busy
#   mysql_group.sh crash DIR HOST                 kill -9
#   mysql_group.sh freeze DIR HOST                stops it while its kernel accepts connections for it
#   mysql_group.sh await-out DIR HOST             it goes on if it stood still; returns once HOST itself says that it is no member any more:
#                                                 one that was cut off takes itself for the primary for some seconds after its cable is
#                                                 plugged in again, and lacks what the others have committed
#   mysql_group.sh rejoin DIR HOST                starts HOST if it was killed, and brings it back into the group
#   mysql_group.sh sql DIR HOST STATEMENT         runs a statement as winnow, who may do everything
#   mysql_group.sh stop DIR                       ends all and removes what start made
#
# network.sh cut cuts links. The URL holds inside the network alone. The servers are those of mysql.sh.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
hosts=(db1 db2 db3)

die() {
  echo "mysql_group.sh: $1" >&2
  exit 1
}

on_host() {  # DIR HOST COMMAND...
  "$here/network.sh" run "$@"
}

address_of() {
  echo "10.77.0.${1#db}"
}

sql() {  # DIR HOST STATEMENT: from the client
  sql_from client "$@"
}

sql_from() {  # FROM DIR HOST STATEMENT
  local root
  root=$(readlink "$2/$3/server")
  MYSQL_PWD=$(< "$root/password") on_host "$2" "$1" timeout 60 chroot "${root%/srv/*}" mysql --no-defaults --batch --skip-column-names \
    --connect-timeout=5 --host="$(address_of "$3")" --user=winnow --execute="$4"
}

# The options of each server besides those of all.
options_of() {  # HOST
  local number=${1#db} seeds
  seeds=$(printf '%s:33061,' 10.77.0.1 10.77.0.2 10.77.0.3)
  cat << OPTIONS
--port=3306
--bind-address=*
--server-id=$number
--report-host=10.77.0.$number
--log-bin=binlog
--gtid-mode=ON
--enforce-gtid-consistency=ON
--sync-binlog=0
--innodb-buffer-pool-size=128M
--plugin-load-add=group_replication.so
--loose-group-replication-group-name=6d3a1f0c-3f0e-4f0a-9d53-8a4a7b0c1de0
--loose-group-replication-start-on-boot=OFF
--loose-group-replication-local-address=10.77.0.$number:33061
--loose-group-replication-group-seeds=${seeds%,}
--loose-group-replication-ip-allowlist=10.77.0.0/24
--loose-group-replication-recovery-get-public-key=ON
--loose-group-replication-recovery-reconnect-interval=1
--loose-group-replication-member-expel-timeout=30
--loose-group-replication-unreachable-majority-timeout=60
--loose-group-replication-autorejoin-tries=0
OPTIONS
}

# The data is made once: members with rows of their own can't come together.
start_in() {
  local folder=$1 host url
  shift
  "$here/mysql.sh" start "$folder/db1" "$@" > /dev/null
  "$here/mysql.sh" pause "$folder/db1"
  for host in db2 db3; do "$here/mysql.sh" copy "$folder/db1" "$folder/$host"; done
  for host in "${hosts[@]}"; do
    rm -f "$folder/$host/server/data/auto.cnf"
    options_of "$host" >> "$folder/$host/server/options"
    on_host "$folder" "$host" "$here/mysql.sh" resume "$folder/$host" > "$folder/$host/url" || die "$host does not start"
    sql "$folder" "$host" "SET SQL_LOG_BIN = 0; CHANGE REPLICATION SOURCE TO SOURCE_USER = 'winnow',
      SOURCE_PASSWORD = '$(< "$folder/$host/server/password")' FOR CHANNEL 'group_replication_recovery'"
  done
  sql "$folder" db1 "SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION;
    SET GLOBAL group_replication_bootstrap_group = OFF"
  for host in db2 db3; do sql "$folder" "$host" "START GROUP_REPLICATION"; done
  for host in "${hosts[@]}"; do await_online "$folder" "$host"; done
  url=$(< "$folder/db1/url")
  echo "${url%@*}@10.77.0.1:3306,10.77.0.2:3306,10.77.0.3:3306/winnow"
}

state_of() {  # DIR HOST: its own view of itself
  sql_from "$2" "$1" "$2" "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid" 2> /dev/null || true
}

await_online() {  # DIR HOST
  local i
  for ((i = 0; i < 300; i++)); do
    [[ $(state_of "$1" "$2") != ONLINE ]] || return 0
    sleep 0.2
  done
  die "$2 does not come into the group: $(tail -n 5 "$1/$2/server/log.err")"
}

# Each is asked about itself: about a host that has just left, the others only report what they last knew.
primary_in() {
  local host
  for host in "${hosts[@]}"; do
    if [[ $(sql "$1" "$host" "SELECT count(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE <> 'UNREACHABLE'
        HAVING count(*) >= 2 AND NOT @@super_read_only AND sum(MEMBER_ID = @@server_uuid AND MEMBER_ROLE = 'PRIMARY') = 1" \
      2> /dev/null) ]]; then
      echo "$host"
      return
    fi
  done
  die "there is no primary"
}

await_out() {  # DIR HOST
  local i
  "$here/mysql.sh" thaw "$1/$2"
  for ((i = 0; i < 300; i++)); do
    case $(state_of "$1" "$2") in ERROR | OFFLINE) return 0 ;; esac
    sleep 0.2
  done
  die "$2 takes itself for a member: $(tail -n 5 "$1/$2/server/log.err")"
}

crash() {  # DIR HOST
  local pid
  pid=$(< "$1/$2/pid")
  [[ $(tr '\0' ' ' < "/proc/$pid/cmdline") == *mysqld* ]] || die "$2 does not run"
  kill -KILL "$pid"
  while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
  rm -f "$1/$2/pid"
}

patience() {  # DIR SECONDS
  local host
  for host in "${hosts[@]}"; do
    [[ ! -e $1/$host/pid ]] || sql "$1" "$host" "SET GLOBAL group_replication_member_expel_timeout = $2;
      SET GLOBAL group_replication_unreachable_majority_timeout = $(($2 * 2 + 2))"
  done
}

rejoin() {  # DIR HOST
  if [[ ! -e $1/$2/pid ]]; then
    on_host "$1" "$2" "$here/mysql.sh" resume "$1/$2" > /dev/null || die "$2 does not start"
  fi
  # Until the group has noticed that it left, it refuses to accept it again.
  local i
  for ((i = 0; i < 30; i++)); do
    # It went offline when it left.
    if sql "$1" "$2" "STOP GROUP_REPLICATION; START GROUP_REPLICATION; SET GLOBAL offline_mode = OFF" > /dev/null 2>&1; then
      await_online "$1" "$2"
      return
    fi
    sleep 0.5
  done
  die "$2 does not come back: $(tail -n 5 "$1/$2/server/log.err")"
}

stop_in() {
  local host
  for host in "${hosts[@]}"; do
    if [[ -L $1/$host/server ]]; then
      if [[ -e $1/$host/pid ]]; then crash "$1" "$host" 2> /dev/null || true; fi
      "$here/mysql.sh" stop "$1/$host"
    fi
    rm -rf -- "${1:?}/$host"
  done
  "$here/network.sh" stop "$1"
}

[[ $# -ge 2 ]] || die "usage: mysql_group.sh start DIR [MYSQLD-OPTION...] | primary DIR | step-down|crash|freeze|await-out|rejoin DIR HOST | patience DIR SECONDS | sql DIR HOST STATEMENT | stop DIR"
command=$1 folder=$2
shift 2
case $command in
  start)
    "$here/network.sh" start "$folder" "${hosts[@]}" client
    start_in "$folder" "$@"
    ;;
  primary) primary_in "$folder" ;;
  step-down)
    sql "$folder" "$(primary_in "$folder")" "SELECT group_replication_set_as_primary(MEMBER_ID)
      FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '$(address_of "$1")'" > /dev/null
    ;;
  patience) patience "$folder" "$1" ;;
  crash) crash "$folder" "$1" ;;
  freeze) "$here/mysql.sh" freeze "$folder/$1" ;;
  await-out) await_out "$folder" "$1" ;;
  rejoin) rejoin "$folder" "$1" ;;
  sql) sql "$folder" "$1" "$2" ;;
  stop) stop_in "$folder" ;;
  *) die "unknown command $command" ;;
esac
