#!/bin/bash
# Vitess 24: a sharded MySQL behind vtgate, all on one machine, on free loopback ports.
#
#   vitess.sh build                     builds its programs into ${WINNOW_CACHE:-~/.cache/winnow}/vitess-VERSION: once, 15 minutes of one processor
#   vitess.sh cached                    succeeds where they are built already
#   vitess.sh start DIR SHARDS SCHEMA [FLAG...]
#                                       prints mysql://root@127.0.0.1:PORT/kestra; SCHEMA holds *.sql and vschema.json of that keyspace,
#                                       the flags are vttestserver's
#   vitess.sh crash DIR                 kill -9 of the mysqld that holds all shards, and the same again on its data
#   vitess.sh stop DIR                  ends all of it and removes what start made
#
# The programs come from the Go module registry. They run in the chroot of mysql.sh, whose mysqld they start; what they need to
# find there is mounted in a mount namespace of their own, so that nothing is left behind. Needs root (status 77 without it).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/go.sh"

readonly version=v0.24.4
readonly programs=(vttestserver vtcombo mysqlctl vttablet vtgate vtctld vtctldclient)
vitess=$go_cache/vitess-$version
root=$go_cache/mysql-root
uid=65533

die() {
  echo "vitess.sh: $1" >&2
  exit "${2:-1}"
}

# Vitess can't be installed by name (its go.mod excludes versions), but as a tool of another module.
build() {
  local go program building
  [[ ! -x $vitess/bin/vttestserver ]] || return 0
  mkdir -p "$go_cache"
  (
    flock 9
    [[ ! -x $vitess/bin/vttestserver ]] || exit 0
    go=$(go_program) || exit 1
    building=$(mktemp -d "$go_cache/vitess.building.XXXXXX")
    cd "$building"
    export GOBIN=$building/bin GOFLAGS='' GOTOOLCHAIN=auto
    unset GOROOT
    echo "vitess.sh: building Vitess $version (once, 15 minutes of one processor)" >&2
    "$go" mod init winnow.test/vitess >&2 || exit 1
    for program in "${programs[@]}"; do "$go" get -tool "vitess.io/vitess/go/cmd/$program@$version" >&2 || exit 1; done
    nice "$go" install -trimpath -ldflags='-s -w' "${programs[@]/#/vitess.io/vitess/go/cmd/}" >&2 || exit 1
    cp -r "$("$go" list -m -f '{{.Dir}}' vitess.io/vitess)/config" config
    chmod -R u+w config
    # A variable that MySQL 9 no longer has.
    sed -i '/innodb_log_file_size/d' config/mycnf/*.cnf
    chmod 755 .
    mv -T "$building" "$vitess"
  ) 9> "$go_cache/vitess.lock" || die "Vitess could not be built"
}

# Runs a command in the chroot, with Vitess as its /usr/local and DIR/data as its /vt.
in_chroot() {  # DIR COMMAND...
  local folder=$1
  shift
  # shellcheck disable=SC2016
  exec unshare --mount bash -c '
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

start_in() {
  local folder=$1 shards=$2 schema=$3 port
  local flags=("${@:4}")
  [[ -d $root ]] || { "$here/mysql.sh" start "$folder/chroot" > /dev/null && "$here/mysql.sh" stop "$folder/chroot"; }
  build
  [[ ! -e $folder/data ]] || die "$folder holds a server already: stop it first"
  mkdir -p "$folder/data/schema/kestra"
  cp "$schema"/* "$folder/data/schema/kestra"
  echo '127.0.0.1 localhost' > "$folder/data/hosts"
  # Its own configuration for tests loses a second of commits in a crash.
  printf '[mysqld]\ninnodb_flush_log_at_trx_commit = 2\n' > "$folder/data/durable.cnf"
  chown -R "$uid:$uid" "$folder/data"
  # It takes a dozen ports from this one on; vtgate speaks MySQL's protocol on the fourth.
  for _ in 1 2 3; do
    port=$((20000 + (RANDOM % 700) * 16))
    (in_chroot "$folder" vttestserver --keyspaces=kestra --num-shards="$shards" --port="$port" --mysql-bind-host=127.0.0.1 \
      --schema-dir=/mnt/schema --extra-my-cnf=/mnt/durable.cnf --enable-system-settings --replica-count=1 --rdonly-count=0 \
      ${flags[@]+"${flags[@]}"}) \
      < /dev/null > "$folder/ready" 2> "$folder/log" &
    echo $! > "$folder/pid"
    if await_ready "$folder"; then
      echo "mysql://root@127.0.0.1:$((port + 3))/kestra"
      return
    fi
    end_all "$folder"
    grep -qs 'address already in use' "$folder/log" || break
  done
  tail -n 20 "$folder/log" >&2
  die "Vitess does not start"
}

# It prints a line once everything is there.
await_ready() {
  for _ in $(seq 1 1200); do
    [[ ! -s $1/ready ]] || return 0
    kill -0 "$(< "$1/pid")" 2> /dev/null || return 1
    sleep 0.1
  done
  return 1
}

# The processes of it: those that see DIR/data as their /mnt.
processes_of() {
  local process
  for process in /proc/[0-9]*; do
    if grep -qs " /$(realpath --relative-to=/ "$1/data") .*/mysql-root/mnt \| $(realpath "$1/data") /mnt " "$process/mountinfo" 2> /dev/null; then
      echo "${process#/proc/}"
    fi
  done
}

end_all() {
  local pids
  mapfile -t pids < <(processes_of "$1")
  if [[ ${#pids[@]} -gt 0 ]]; then kill -KILL "${pids[@]}" 2> /dev/null || true; fi
  rm -f -- "$1/pid"
}

# Its mysqld_safe brings it back on its data.
crash_in() {
  local process
  for process in $(processes_of "$1"); do
    if [[ $(cat "/proc/$process/comm" 2> /dev/null) == mysqld ]]; then
      kill -KILL "$process"
      return
    fi
  done
  die "$1 has no mysqld"
}

stop_in() {
  end_all "$1"
  rm -rf -- "$1/data" "$1/log" "$1/ready" "$1/chroot"
}

case ${1:-} in
  build) build ;;
  cached) [[ -x $vitess/bin/vttestserver ]] ;;
  start)
    [[ $# -ge 4 ]] || die "start needs a folder, a number of shards and a folder with the schema" 2
    [[ $(id -u) -eq 0 ]] || die "Vitess is skipped: its chroot needs root" 77
    mkdir -p "$2"
    start_in "$(cd "$2" && pwd)" "${@:3}"
    ;;
  crash) crash_in "$(cd "$2" && pwd)" ;;
  stop) stop_in "$2" ;;
  *) die "usage: vitess.sh build | cached | start DIR SHARDS SCHEMA [FLAG...] | crash DIR | stop DIR" 2 ;;
esac
