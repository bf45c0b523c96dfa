#!/bin/bash
# A network of this machine's own for tests: one network namespace per host, all on one switch that nothing else reaches.
#
#   network.sh start DIR NAME...           makes the hosts; the first has the address 10.77.0.1, the next 10.77.0.2, ...
#   network.sh run DIR NAME COMMAND...     runs a command on a host
#   network.sh cut DIR NAME                cuts the host's link: packets are dropped silently
#   network.sh part DIR NAME OTHER...      drops silently what NAME sends to those hosts; all others still receive it
#   network.sh mend DIR NAME               connects it again, with all others
#   network.sh delay DIR MICROSECONDS      from now on a packet takes that long, each way
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

# The kernel here has no netem, so a program of ours takes the place of the bridge. It sees frames as they are on a wire, hence
# no packet may leave its host for the network card to cut up or to sum up.
delay_in() {  # DIR MICROSECONDS
  local prefix name number=0 ports=()
  prefix=$(prefix_in "$1")
  for name in $(tail -n +2 "$1/network"); do
    number=$((number + 1))
    ports+=("port$number")
    nsenter --net="/run/netns/$prefix-$name" ethtool -K eth0 tx off tso off gso off > /dev/null
    ip -n "$prefix-switch" link set "port$number" nomaster
  done
  setsid nsenter --net="/run/netns/$prefix-switch" /usr/bin/python3 "$(dirname "$(readlink -f "$0")")/delaying_hub.py" "$2" "${ports[@]}" \
    < /dev/null > "$1/hub.ready" 2> "$1/hub.log" &
  echo $! > "$1/hub.pid"
  for _ in $(seq 100); do
    [[ ! -s $1/hub.ready ]] || return 0
    sleep 0.05
  done
  die "the hub does not start: $(cat "$1/hub.log")"
}

# A port without a switch: the host still has its carrier, as behind a switch that has lost its uplink.
plug() {  # DIR NAME in|out
  local switch port how
  switch=$(prefix_in "$1")-switch
  port=port$(number_of "$1" "$2")
  if [[ -f $1/hub.pid ]]; then
    how=$([[ $3 == in ]] && echo up || echo down)
    ip -n "$switch" link set "$port" "$how"
  elif [[ $3 == in ]]; then
    ip -n "$switch" link set "$port" master switch
  else
    ip -n "$switch" link set "$port" nomaster
  fi
}

# The switch knows no host with that address.
part() {  # DIR NAME OTHER...
  local prefix other
  prefix=$(prefix_in "$1")
  for other in "${@:3}"; do
    ip -n "$prefix-$2" neighbour replace "10.77.0.$(number_of "$1" "$other")" lladdr 02:00:00:00:00:01 dev eth0 nud permanent
  done
}

stop_in() {
  local prefix name
  [[ -f $1/network ]] || return 0
  prefix=$(prefix_in "$1")
  if [[ -f $1/hub.pid ]]; then kill "$(< "$1/hub.pid")" 2> /dev/null || true; fi
  for name in $(tail -n +2 "$1/network") switch; do
    if [[ -e /run/netns/$prefix-$name ]]; then ip netns delete "$prefix-$name"; fi
  done
  rm -f -- "$1/network" "$1"/hub.{pid,ready,log}
}

[[ $# -ge 2 ]] || die "usage: network.sh start DIR NAME... | run DIR NAME COMMAND... | cut|mend|namespace DIR NAME | part DIR NAME OTHER... | delay DIR MICROSECONDS | stop DIR" 2
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
  delay) delay_in "$folder" "$1" ;;
  cut) plug "$folder" "$1" out ;;
  part) part "$folder" "$@" ;;
  mend)
    plug "$folder" "$1" in
    ip -n "$(prefix_in "$folder")-$1" neighbour flush dev eth0 nud permanent 2> /dev/null
    ;;
  *) die "unknown command $command" 2 ;;
esac
