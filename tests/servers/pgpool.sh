#!/bin/bash
# pgpool2 before a PostgreSQL primary and its streaming replicas, as Debian configures it: reads are spread over the replicas.
#
#   pgpool.sh start DIR PORT USER PASSWORD HOST:PORT... [NAME=VALUE...]   listens on 127.0.0.1:PORT
#   pgpool.sh stop DIR
#
# Run it by network.sh on a host of the servers' network, where PORT is free.
set -euo pipefail

die() {
  echo "pgpool.sh: $1" >&2
  exit 1
}

start_in() {
  local folder=$1 port=$2 user=$3 password=$4 server number=0
  shift 4
  mkdir -p "$folder/sockets"
  {
    cat << CONF
listen_addresses = '127.0.0.1'
port = $port
pcp_port = $((port + 1))
pcp_listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder/sockets'
pcp_socket_dir = '$folder/sockets'
pid_file_name = '$folder/pid'
logdir = '$folder'
backend_clustering_mode = 'streaming_replication'
load_balance_mode = on
num_init_children = 16
sr_check_period = 1
sr_check_user = '$user'
sr_check_password = '$password'
sr_check_database = 'postgres'
health_check_period = 1
health_check_timeout = 2
health_check_user = '$user'
health_check_password = '$password'
health_check_database = 'postgres'
allow_clear_text_frontend_auth = off
enable_pool_hba = on
pool_passwd = '$folder/passwords'
failover_on_backend_error = off
CONF
    for server in "$@"; do
      if [[ $server == *=* ]]; then
        echo "${server%%=*} = '${server#*=}'"
        continue
      fi
      printf "backend_hostname%d = '%s'\nbackend_port%d = %s\nbackend_weight%d = 1\nbackend_flag%d = 'ALLOW_TO_FAILOVER'\n" \
        "$number" "${server%:*}" "$number" "${server#*:}" "$number" "$number"
      number=$((number + 1))
    done
  } > "$folder/pgpool.conf"
  echo "$user:TEXT$password" > "$folder/passwords"
  echo "purger:TEXT$password" >> "$folder/passwords"
  echo 'host all all 127.0.0.1/32 scram-sha-256' > "$folder/hba"
  touch "$folder/pcp"
  chown -R postgres: "$folder"
  setsid runuser -u postgres -- pgpool -n -f "$folder/pgpool.conf" -a "$folder/hba" -F "$folder/pcp" \
    < /dev/null > "$folder/log" 2>&1 &
  for _ in $(seq 200); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then return; fi
    sleep 0.1
  done
  die "it does not answer: $(tail -n 5 "$folder/log")"
}

case ${1:-} in
  start)
    [[ $# -ge 6 ]] || die "start needs a folder, a port, an account and servers"
    start_in "${@:2}"
    ;;
  stop)
    if [[ -f $2/pid ]]; then kill -INT "$(head -n 1 "$2/pid")" 2> /dev/null || true; fi
    ;;
  *) die "usage: pgpool.sh start DIR PORT USER PASSWORD HOST:PORT... | stop DIR" ;;
esac
