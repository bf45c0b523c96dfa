#!/bin/bash
# A PostgreSQL server for tests and benchmarks, on a free loopback port with a data folder of its own.
#
#   postgres.sh start [DIR [NAME=VALUE...]]   prints postgresql://winnow:PASSWORD@127.0.0.1:PORT/postgres
#   postgres.sh stop DIR                      ends that server alone and removes what it made in DIR
#   postgres.sh pause DIR                     ends it and keeps its data
#   postgres.sh resume DIR                    starts it again, on another port, with the settings that it had
#   postgres.sh crash DIR                     kills every process at once, without further writes; and starts it again
#   postgres.sh freeze DIR, thaw DIR          stops every process of it while the kernel accepts connections for it; resumes them
#   postgres.sh crash-session DIR             kills one process: the server ends all others and recovers by itself
#
# Without DIR such a folder is made, and named on stderr. A server left over in DIR is stopped and made anew. NAME=VALUE are
# settings that override those of a test. The server's programs come from $WINNOW_PG_BIN or Debian's newest.
# initdb refuses root, so root runs them as Debian's user postgres.
set -euo pipefail

die() {
  echo "postgres.sh: $1" >&2
  exit 1
}

programs() {
  local folder=${WINNOW_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)}
  [[ -x $folder/initdb ]] || die "no PostgreSQL server: apt-get install postgresql, or set WINNOW_PG_BIN to its bin folder"
  echo "$folder"
}

# Runs a program as an ordinary user.
as_user() {
  if [[ $(id -u) != 0 ]]; then
    "$@"
    return
  fi
  id postgres > /dev/null 2>&1 || die "root can't run a server and there is no user postgres: apt-get install postgresql"
  (cd / && runuser -u postgres -- "$@")
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

stop_in() {
  local folder=$1
  if [[ -f $folder/data/postmaster.pid ]]; then
    signal_all "$folder" CONT || true
    as_user "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait stop > /dev/null 2>&1 || true
  fi
  rm -rf -- "$folder/data" "$folder/log" "$folder/password"
}

# Another process may take the port between the check and the start: then it tries the next one.
launch() {
  local folder=$1 port
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    if as_user "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 \
      --options="-c port=$port" start > /dev/null; then
      echo "$port"
      return
    fi
  done
  cat "$folder/log" >&2
  die "the server did not start"
}

url_in() {
  echo "postgresql://winnow:$(as_user cat "$1/password")@127.0.0.1:$2/postgres"
}

pause_in() {
  as_user "$bin/pg_ctl" --pgdata="$1/data" --mode=fast --wait --timeout=300 stop > /dev/null
}

resume_in() {
  local port
  [[ -f $1/data/PG_VERSION ]] || die "$1 holds no server"
  # Left running by somebody who was killed.
  if [[ -f $1/data/postmaster.pid ]]; then pause_in "$1" || true; fi
  port=$(launch "$1")
  url_in "$1" "$port"
}

start_in() {
  local folder=$1 password port
  shift
  if [[ -e $folder/data ]]; then stop_in "$folder"; fi
  mkdir -p "$folder"
  if [[ $(id -u) == 0 ]]; then
    chown postgres: "$folder"
    as_user test -w "$folder" || die "user postgres can't reach $folder: choose a folder under /tmp"
  fi
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  as_user bash -c 'umask 077 && printf %s "$2" > "$1"' _ "$folder/password" "$password"
  as_user "$bin/initdb" --pgdata="$folder/data" --username=winnow --pwfile="$folder/password" \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > /dev/null
  # Throw-away data: nothing has to survive a power cut. The time zone is no one's default, so that a test which depends
  # on the session's zone fails.
  as_user tee -a "$folder/data/postgresql.conf" > /dev/null << 'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
timezone = 'Asia/Kathmandu'
log_timezone = 'UTC'
CONF
  printf '%s\n' "$@" | as_user tee -a "$folder/data/postgresql.conf" > /dev/null
  port=$(launch "$folder")
  url_in "$folder" "$port"
}

crash_in() {
  local folder=$1
  as_user "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --mode=immediate --wait --timeout=60 restart > /dev/null ||
    die "the server did not come back: $(tail -n 5 "$folder/log")"
}

# The postmaster first, so that it can't make any more of them.
signal_all() {  # DIR SIGNAL
  local postmaster
  postmaster=$(as_user head -n 1 "$1/data/postmaster.pid")
  kill "-$2" "$postmaster"
  # Sessions may end meanwhile.
  kill "-$2" $(cat "/proc/$postmaster/task/$postmaster/children") 2> /dev/null || true
}

checkpointer_of() {  # POSTMASTER
  local child
  for child in $(cat "/proc/$1/task/$1/children"); do
    if tr '\0' ' ' < "/proc/$child/cmdline" | grep -q checkpointer; then echo "$child"; fi
  done 2> /dev/null
}

crash_session_in() {
  local folder=$1 postmaster before now
  postmaster=$(as_user head -n 1 "$folder/data/postmaster.pid")
  before=$(checkpointer_of "$postmaster")
  kill -KILL "$before"
  for _ in $(seq 600); do
    now=$(checkpointer_of "$postmaster")
    if [[ -n $now && $now != "$before" ]] && "$bin/pg_isready" -q -h 127.0.0.1 -p "$(as_user sed -n 4p "$folder/data/postmaster.pid")"; then
      return 0
    fi
    sleep 0.05
  done
  die "the server did not recover: $(tail -n 5 "$folder/log")"
}

bin=$(programs)
case ${1:-} in
  start)
    folder=${2:-$("$(dirname "$0")/folder.sh" postgres)}
    echo "postgres.sh: in $folder" >&2
    start_in "$folder" "${@:3}"
    ;;
  stop)
    [[ -n ${2:-} ]] || die "stop needs the folder that start was given"
    stop_in "$2"
    ;;
  pause) pause_in "${2:?pause needs a folder}" ;;
  resume) resume_in "${2:?resume needs a folder}" ;;
  crash) crash_in "${2:?crash needs a folder}" ;;
  freeze) signal_all "${2:?freeze needs a folder}" STOP ;;
  thaw) signal_all "${2:?thaw needs a folder}" CONT ;;
  crash-session) crash_session_in "${2:?crash-session needs a folder}" ;;
  *) die "usage: postgres.sh start [DIR [NAME=VALUE...]] | stop, pause, resume, crash, freeze, thaw or crash-session DIR" ;;
esac
