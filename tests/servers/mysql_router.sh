#!/bin/bash
# MySQL Router before MySQL servers, with the servers written out: it hands a connection to one of them, by a strategy.
#
#   mysql_router.sh fetch                                  gets the program; where it is there already, does nothing
#   mysql_router.sh start DIR PORT STRATEGY HOST:PORT...   listens on 127.0.0.1:PORT; STRATEGY is first-available, next-available or
#                                                          round-robin
#   mysql_router.sh version                                prints it, where the program is there
#   mysql_router.sh stop DIR
#
# Run `start` by network.sh on a host of the servers' network, where PORT is free; `fetch` before that, outside of it. The program is Debian unstable's, fetched once into
# ${WINNOW_CACHE:-~/.cache/winnow}/mysql-router, and runs in the chroot of mysql.sh. Needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
root=$cache/mysql-root
router=$cache/mysql-router
uid=65533

die() {
  echo "mysql_router.sh: $1" >&2
  exit "${2:-1}"
}

# Its libraries are those that the server needs too; what is missing of them comes along.
fetch() {
  local building package
  [[ ! -x $router/usr/bin/mysqlrouter ]] || return 0
  [[ -d $root ]] || die "the chroot of mysql.sh is not there: start a server with that first"
  (
    flock 9
    [[ ! -x $router/usr/bin/mysqlrouter ]] || exit 0
    building=$(mktemp -d "$cache/mysql-router.building.XXXXXX")
    mkdir -p "$root/tmp/${building##*/}/partial"
    chroot "$root" apt-get install -qq --yes --no-install-recommends --download-only -o "Dir::Cache::archives=/tmp/${building##*/}" mysql-router >&2 || exit 1
    for package in "$root/tmp/${building##*/}"/*.deb; do dpkg -x "$package" "$building" || exit 1; done
    rm -rf -- "$root/tmp/${building##*/}"
    chmod 755 "$building"
    mv -T "$building" "$router"
  ) 9> "$cache/mysql-router.lock" || die "MySQL Router can't be had"
}

start_in() {
  local folder=$1 port=$2 strategy=$3 destinations
  shift 3
  [[ -x $router/usr/bin/mysqlrouter ]] || die "fetch it first"
  destinations=$(printf '%s,' "$@")
  mkdir -p "$folder/home"
  cat > "$folder/home/router.conf" << CONF
[DEFAULT]
logging_folder = /mnt
[logger]
level = WARNING
[routing:classic]
bind_address = 127.0.0.1
bind_port = $port
destinations = ${destinations%,}
routing_strategy = $strategy
protocol = classic
connect_timeout = 2
client_ssl_mode = PASSTHROUGH
server_ssl_mode = AS_CLIENT
CONF
  chown -R "$uid:$uid" "$folder/home"
  # shellcheck disable=SC2016
  setsid unshare --mount bash -c '
    mount --bind "$1" "$2/usr/local"
    mount --bind "$3" "$2/mnt"
    exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin LD_LIBRARY_PATH=/usr/local/lib/mysql-router \
      ROUTER_PID=/mnt/pid chroot --userspec="$4" "$2" mysqlrouter --config=/mnt/router.conf \
      --logger.level=WARNING --DEFAULT.plugin_folder=/usr/local/lib/mysqlrouter/plugin' _ "$router/usr" "$root" "$folder/home" "$uid:$uid" \
    < /dev/null > "$folder/log" 2>&1 &
  echo $! > "$folder/pid"
  for _ in $(seq 200); do
    kill -0 "$(< "$folder/pid")" 2> /dev/null || die "it does not start: $(tail -n 5 "$folder/log" "$folder"/home/*.log)"
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then return; fi
    sleep 0.1
  done
  die "it does not answer: $(tail -n 5 "$folder/log")"
}

version() {
  # shellcheck disable=SC2016
  unshare --mount bash -c '
    mount --bind "$1" "$2/usr/local"
    exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin LD_LIBRARY_PATH=/usr/local/lib/mysql-router chroot "$2" mysqlrouter --version' _ "$router/usr" "$root"
}

[[ $(id -u) -eq 0 ]] || die "MySQL Router is skipped: its chroot needs root" 77
case ${1:-} in
  fetch) fetch ;;
  version) version ;;
  start)
    [[ $# -ge 5 ]] || die "start needs a folder, a port, a strategy and servers"
    start_in "${@:2}"
    ;;
  stop)
    if [[ -f $2/pid ]]; then kill -KILL "$(< "$2/pid")" 2> /dev/null || true; fi
    rm -rf -- "$2/home" "$2/pid" "$2/log"
    ;;
  *) die "usage: mysql_router.sh fetch | version | start DIR PORT STRATEGY HOST:PORT... | stop DIR" ;;
esac
