#!/bin/bash
# haproxy before database servers: TCP on one port, to the server whose health check answers 200, or to the first that accepts connections.
#
#   haproxy.sh start DIR PORT [http:CHECKPORT/PATH] HOST:PORT...   listens on 127.0.0.1:PORT; with http: each server is asked
#                                                                  there whether it is the one (Patroni's /primary)
#                                                                  and DIR/admin is the socket of its operator
#   haproxy.sh stop DIR
#
# Run it by network.sh on a host of the servers' network, where PORT is free. What operators set is set here: a server that goes
# down has its sessions closed, and a session that says nothing for ten seconds is closed too.
set -euo pipefail

die() {
  echo "haproxy.sh: $1" >&2
  exit 1
}

start_in() {
  local folder=$1 port=$2 check='' number=0 server
  shift 2
  mkdir -p "$folder"
  if [[ $1 == http:* ]]; then
    check=${1#http:}
    shift
  fi
  {
    cat << CONF
global
  stats socket $folder/admin mode 600 level admin
defaults
  mode tcp
  timeout connect 2s
  timeout client 10s
  timeout server 10s
listen database
  bind 127.0.0.1:$port
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
CONF
    if [[ -n $check ]]; then printf '  option httpchk\n  http-check send meth GET uri /%s\n  http-check expect status 200\n' "${check#*/}"; fi
    for server in "$@"; do
      number=$((number + 1))
      printf '  server db%d %s check' "$number" "$server"
      if [[ -n $check ]]; then printf ' port %s' "${check%%/*}"; elif [[ $number -gt 1 ]]; then printf ' backup'; fi
      echo
    done
  } > "$folder/haproxy.cfg"
  haproxy -D -f "$folder/haproxy.cfg" -p "$folder/pid" > "$folder/log" 2>&1 || die "$(cat "$folder/log")"
}

case ${1:-} in
  start)
    [[ $# -ge 4 ]] || die "start needs a folder, a port and servers"
    start_in "${@:2}"
    ;;
  stop)
    if [[ -f $2/pid ]]; then xargs -r kill < "$2/pid" 2> /dev/null || true; fi
    rm -f -- "$2/haproxy.cfg" "$2/pid" "$2/log" "$2/admin"
    ;;
  *) die "usage: haproxy.sh start DIR PORT [http:CHECKPORT/PATH] HOST:PORT... | stop DIR" ;;
esac
