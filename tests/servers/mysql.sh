#!/bin/bash
# A real MySQL server for tests and benchmarks, on a free loopback port with a data folder of its own.
#
#   mysql.sh start DIR [MYSQLD-OPTION...]   prints mysql://winnow:PASSWORD@127.0.0.1:PORT/winnow
#   mysql.sh stop DIR                       ends that server alone and removes DIR's contents
#   mysql.sh pause DIR                      ends it and keeps its data
#   mysql.sh resume DIR                     starts it again, with the options that it had, on another port unless --port is one
#   mysql.sh copy DIR NEW                   a paused server like the paused one in DIR
#   mysql.sh freeze DIR, thaw DIR           stops it while the kernel accepts connections for it; resumes it
#   mysql.sh crash DIR                      kill -9, and the same server again on the same data and port
#
# DIR gets ca.pem (the CA of the server's certificate), pid, and `server`, a link to the server's own folder (log.err, data). Debian stable has no MySQL server and MariaDB can't hold
# Kestra's schema, so Debian unstable's server runs from a chroot that is made once in ${WINNOW_CACHE:-~/.cache/winnow}.
# A chroot needs root: without it the exit status is 77, which CTest and ./dev take as "skipped".
# WINNOW_DEBIAN_MIRROR names a Debian mirror where apt's own configuration has none.
set -euo pipefail

cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
root=$cache/mysql-root
# No account has this number; the chroot has no name for it either.
uid=65533
# The caller's folder is not in the chroot.
unset TMPDIR

die() {
  echo "mysql.sh: $1" >&2
  exit "${2:-1}"
}

# The mirror this machine uses already: apt's own view of its sources.
debian_mirror() {
  if [[ -n ${WINNOW_DEBIAN_MIRROR:-} ]]; then
    echo "$WINNOW_DEBIAN_MIRROR"
    return
  fi
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # The origin is known once the lists have been downloaded; without it any main archive of this release is taken.
  apt-get indextargets --format '$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' -v codename="$codename" '$1 == codename && $2 == "main" && ($3 == "Debian" || $3 ~ /ORIGIN/) {print $4; exit}'
}

# Made under another name and renamed, so that a chroot that exists is complete.
make_chroot() {
  [[ -d $root ]] && return
  command -v debootstrap > /dev/null || die "debootstrap is missing: apt-get install debootstrap"
  local mirror building
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "no Debian mirror in apt's sources; set WINNOW_DEBIAN_MIRROR"
  building=$(mktemp -d "$cache/mysql-root.building.XXXXXX")
  echo "mysql.sh: making $root from Debian unstable (about 650 MB, once)" >&2
  if ! debootstrap --variant=minbase --include=mysql-server-core,mysql-client-core sid "$building" "$mirror" \
    > "$cache/mysql-root.log" 2>&1; then
    rm -rf --one-file-system "$building"
    tail -n 5 "$cache/mysql-root.log" >&2
    die "debootstrap failed, see $cache/mysql-root.log"
  fi
  rm -rf "$building"/var/cache/apt/archives/*.deb
  chmod 755 "$building"
  mv -T "$building" "$root"
}

# An own CA, so that tests can verify the server's certificate and refuse a wrong one.
make_certificates() {
  local folder=$1
  (
    cd "$folder"
    exec > /dev/null 2>&1
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=winnow test CA' -keyout ca-key.pem -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout server-key.pem -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 3650 -out server.pem \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  ) || die "openssl can't make certificates"
}

in_chroot() {
  chroot --userspec="$uid:$uid" "$root" "$@"
}

# Ends when the server says that it listens; fails when it has ended or needs more than two minutes.
wait_until_ready() {
  local pid=$1 log=$2 i
  for ((i = 0; i < 1200; i++)); do
    grep -qs "ready for connections.*port: $3 " "$log" && return 0
    kill -0 "$pid" 2> /dev/null || return 1
    sleep 0.1
  done
  return 1
}

remove_server() {  # DIR
  local data
  data=$(readlink "$1/server")
  if [[ -d $1/memory ]]; then umount "$data" || umount --lazy "$data"; fi
  rm -rf --one-file-system "$data" "$1/memory" "$1/server" "$1/ca.pem"
}

give_up() {
  tail -n 20 "$1/server/log.err" >&2 || true
  remove_server "$1"
  die "$2"
}

make_data() {
  local home=$1 data=$root$1
  mkdir "$data/data"
  make_certificates "$data"
  openssl rand -hex 12 > "$data/password"
  cat > "$data/first.sql" << SQL
CREATE DATABASE winnow CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
CREATE USER winnow@'%' IDENTIFIED WITH caching_sha2_password BY '$(< "$data/password")';
GRANT ALL ON *.* TO winnow@'%' WITH GRANT OPTION;
ALTER USER root@localhost ACCOUNT LOCK;
SQL
  chown -R "$uid:$uid" "$data"
  chmod 700 "$data"
  in_chroot mysqld --no-defaults --initialize-insecure --datadir="$home/data" --log-error="$home/log.err" \
    < /dev/null > /dev/null 2>&1
}

# Runs the server whose folder is in DIR and prints its URL. The statements of first.sql run once.
launch() {
  local dir=$1 data home attempt port pid options first=()
  data=$(readlink "$dir/server")
  home=${data#"$root"}
  mapfile -t options < "$data/options"
  if [[ -e $data/first.sql ]]; then first=(--init-file="$home/first.sql"); fi
  for attempt in 1 2 3 4 5; do
    port=$(sed -n 's/^--port=//p' "$data/options")
    if [[ -z $port ]]; then port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000)); fi
    # The log of the last start says too that a server is ready.
    rm -f "$data/log.err"
    # A separate process group: Ctrl-C ends the test run and leaves the server to `stop`.
    setsid chroot --userspec="$uid:$uid" "$root" mysqld --no-defaults --datadir="$home/data" --log-error="$home/log.err" \
      --bind-address=127.0.0.1 --port="$port" --socket="$home/socket" --pid-file="$home/pid" --mysqlx=OFF \
      --secure-file-priv=NULL --skip-log-bin "${first[@]}" \
      --ssl-ca="$home/ca.pem" --ssl-cert="$home/server.pem" --ssl-key="$home/server-key.pem" \
      --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=2 --innodb-redo-log-capacity=512M \
      "${options[@]}" < /dev/null > /dev/null 2>&1 &
    pid=$!
    if wait_until_ready "$pid" "$data/log.err" "$port"; then
      rm -f "$data/first.sql"
      echo "$pid" > "$dir/pid"
      echo "mysql://winnow:$(< "$data/password")@127.0.0.1:$port/winnow"
      return
    fi
    # The port was taken in between: the next one. Anything else is an error to show.
    kill "$pid" 2> /dev/null || true
    wait "$pid" || true
    grep -qs 'Address already in use' "$data/log.err" || break
  done
  tail -n 20 "$data/log.err" >&2 || true
  return 1
}

# In the chroot; where DIR lies in memory, and this machine lets root mount, the data lies there too.
own_folder() {
  local data
  data=$(mktemp -d "$root/srv/winnow.XXXXXX")
  if [[ $(stat --file-system --format=%T "$1") == tmpfs ]]; then
    mkdir "$1/memory"
    mount --bind "$1/memory" "$data" 2> /dev/null || rmdir "$1/memory"
  fi
  ln -sfn "$data" "$1/server"
  echo "$data"
}

start() {
  local dir=$1 data option
  shift
  mkdir -p "$dir" "$cache"
  dir=$(cd "$dir" && pwd)
  [[ ! -L $dir/server ]] || die "$dir holds a server already: stop it first"
  (
    flock 9
    make_chroot
  ) 9> "$cache/mysql-root.lock"

  data=$(own_folder "$dir")
  for option in "$@"; do echo "$option"; done > "$data/options"
  if ! make_data "${data#"$root"}"; then give_up "$dir" "mysqld can't make its data folder"; fi
  cp "$data/ca.pem" "$dir/ca.pem"
  launch "$dir" || give_up "$dir" "mysqld does not start"
}

resume() {
  [[ -d $1/server/data && ! -e $1/pid ]] || die "$1 holds no paused server"
  launch "$1" || die "mysqld does not start again"
}

copy() {
  local data
  [[ -d $1/server/data && ! -e $1/pid ]] || die "$1 holds no paused server"
  [[ ! -e $2/server ]] || die "$2 holds a server already"
  mkdir -p "$2"
  data=$(own_folder "$2")
  cp -a "$1/server/." "$data"
  cp "$1/ca.pem" "$2/ca.pem"
}

# Ends the server in DIR, if it runs.
pause() {
  local dir=$1 pid data i
  [[ -L $dir/server ]] || die "$dir holds no server"
  data=$(readlink "$dir/server")
  [[ $data == "$root"/srv/winnow.* ]] || die "$dir/server does not lead into $root"
  [[ -e $dir/pid ]] || return 0
  pid=$(< "$dir/pid")
  # Only while the number still belongs to this very server.
  if tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | grep -q -- "--datadir=${data#"$root"}/data"; then
    kill "$pid"
    kill -CONT "$pid"
    for ((i = 0; i < 600; i++)); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null || true
    while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
  fi
  rm -f "$dir/pid"
}

stop() {
  pause "$1"
  remove_server "$1"
}

crash() {
  local dir=$1 pid data words=() word port
  pid=$(< "$dir/pid")
  data=$(readlink "$dir/server")
  mapfile -d '' -t words < "/proc/$pid/cmdline"
  [[ " ${words[*]} " == *" --datadir=${data#"$root"}/data "* ]] || die "$dir holds no running server"
  kill -KILL "$pid"
  while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
  # The first statements have run, and their file is deleted.
  local again=()
  for word in "${words[@]}"; do [[ $word == --init-file=* ]] || again+=("$word"); done
  port=$(printf '%s\n' "${words[@]}" | sed -n 's/^--port=//p')
  : > "$data/log.err"
  setsid chroot --userspec="$uid:$uid" "$root" "${again[@]}" < /dev/null > /dev/null 2>&1 &
  echo $! > "$dir/pid"
  wait_until_ready $! "$data/log.err" "$port" || die "mysqld does not come back: $(tail -n 5 "$data/log.err")"
}

[[ $# -ge 2 ]] || die "usage: mysql.sh start DIR [MYSQLD-OPTION...] | stop DIR | pause DIR | resume DIR | copy DIR NEW | crash|freeze|thaw DIR" 2
[[ $(id -u) -eq 0 ]] || die "MySQL is skipped: its chroot needs root" 77
command="$1"
shift
case $command in
  start) start "$@" ;;
  stop) stop "$1" ;;
  pause) pause "$1" ;;
  resume) resume "$1" ;;
  copy) copy "$1" "${2:?copy needs a new folder}" ;;
  crash) crash "$1" ;;
  freeze) kill -STOP "$(< "$1/pid")" ;;
  thaw) kill -CONT "$(< "$1/pid")" ;;
  *) die "unknown command $command" 2 ;;
esac
