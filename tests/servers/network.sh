#!/bin/bash
# A network of this machine's own for tests: one network namespace per host, all on one switch that nothing else reaches.
#
#   network.sh start DIR NAME...           makes the hosts; the first has the address 10.77.0.1, the next 10.77.0.2, ...
#   network.sh run DIR NAME COMMAND...     runs a command on a host
#   network.sh cut DIR NAME                pulls the host's cable: packets vanish, nobody is told
#   network.sh mend DIR NAME               plugs it in again
#   network.sh namespace DIR NAME          prints the path of the host's namespace, for setns(2) and nsenter
#   network.sh stop DIR                    removes the namespaces
#
# The switch is a namespace too, with no way out: no packet leaves these namespaces, and 10.77.0.0/24 is reachable from
# within alone. Needs root: without it the exit status is 77, which CTest and ./dev take as "skipped".
set -euo pipefail

die() {
  echo "network.sh: $1" >&2
  exit "${2:-1}"
}

prefix_in() {
  [[ -f $1/network ]] || die "$1 holds no network"
  head -n 1 "$1/network"
}

# The host's place in the order of names, from 1.
number_of() {  # DIR NAME
  local line
  line=$(tail -n +2 "$1/network" | grep -n -x -F -- "$2") || die "$1 has no host \"$2\""
  echo "${line%%:*}"
}

start_in() {
  local folder=$1 prefix name number=0
  shift
  mkdir -p "$folder"
  [[ ! -e $folder/network ]] || die "$folder holds a network already: stop it first"
  prefix=winnow-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$prefix" "$@" > "$folder/network"
  ip netns add "$prefix-switch"
  ip -n "$prefix-switch" link add switch type bridge
  ip -n "$prefix-switch" link set switch up
  for name in "$@"; do
    number=$((number + 1))
    ip netns add "$prefix-$name"
    ip -n "$prefix-$name" link add eth0 type veth peer name "port$number" netns "$prefix-switch"
    ip -n "$prefix-$name" address add "10.77.0.$number/24" dev eth0
    ip -n "$prefix-$name" link set lo up
    ip -n "$prefix-$name" link set eth0 up
    ip -n "$prefix-switch" link set "port$number" master switch up
  done
}

stop_in() {
  local prefix name
  [[ -f $1/network ]] || return 0
  prefix=$(prefix_in "$1")
  for name in $(tail -n +2 "$1/network") switch; do
    if [[ -e /run/netns/$prefix-$name ]]; then ip netns delete "$prefix-$name"; fi
  done
  rm -f -- "$1/network"
}

[[ $# -ge 2 ]] || die "usage: network.sh start DIR NAME... | run DIR NAME COMMAND... | cut|mend|namespace DIR NAME | stop DIR" 2
[[ $(id -u) -eq 0 ]] || die "networks are skipped: namespaces need root" 77
command=$1 folder=$2
shift 2
case $command in
  start) start_in "$folder" "$@" ;;
  stop) stop_in "$folder" ;;
  run)
    prefix=$(prefix_in "$folder")
    exec nsenter --net="/run/netns/$prefix-$1" "${@:2}"
    ;;
  namespace) echo "/run/netns/$(prefix_in "$folder")-$1" ;;
  # A port without a switch: the host still has its carrier, as behind a switch that has lost its uplink.
  cut) ip -n "$(prefix_in "$folder")-switch" link set "port$(number_of "$folder" "$1")" nomaster ;;
  mend) ip -n "$(prefix_in "$folder")-switch" link set "port$(number_of "$folder" "$1")" master switch ;;
  *) die "unknown command $command" 2 ;;
esac
