# Sourced by the servers that are written in Go: builds a program from the Go module registry, once, outside of the tree.

readonly go_toolchain=v0.0.1-go1.25.0.linux-amd64
go_cache=${WINNOW_CACHE:-$HOME/.cache/winnow}

# Prints a Go that can build for Go 1.25. From 1.21 on a Go gets itself the toolchain that a module asks for; Debian's 1.19
# can't, but it can download one, for a toolchain is a module too.
go_program() {
  local go minor
  go=$(command -v go || true)
  if [[ -z $go ]]; then
    [[ $(id -u) == 0 ]] || { echo "go.sh: no Go here: apt-get install golang-go" >&2; return 1; }
    echo "go.sh: installing golang-go" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go; } \
      > /dev/null || return 1
    go=$(command -v go)
  fi
  minor=$("$go" version | sed -E 's/.* go1\.([0-9]+).*/\1/')
  if [[ $minor -ge 21 ]]; then
    echo "$go"
    return
  fi
  local toolchain
  "$go" mod download "golang.org/toolchain@$go_toolchain" >&2 || return 1
  toolchain=$("$go" env GOMODCACHE)/golang.org/toolchain@$go_toolchain
  # Modules are unpacked read-only and without the right to run.
  chmod -R u+w "$toolchain"
  chmod +x "$toolchain"/bin/* "$toolchain"/pkg/tool/*/*
  echo "$toolchain/bin/go"
}

# go_build NAME PACKAGE@VERSION prints the path of the built program.
go_build() {
  local name=$1 package=$2 program
  program=$go_cache/bin/$name-${package##*@}
  if [[ ! -x $program ]]; then
    mkdir -p "$go_cache/bin"
    (
      flock 9
      [[ -x $program ]] && exit 0
      echo "$name.sh: building $package (once, some minutes)" >&2
      go=$(go_program) || exit 1
      building=$(mktemp -d "$go_cache/bin/building.XXXXXX")
      # A toolchain that was unpacked from a module finds itself, whatever GOROOT says.
      env -u GOROOT GOBIN="$building" GOFLAGS= "$go" install "$package" >&2 || exit 1
      mv "$building/$name" "$program"
      rmdir "$building"
    ) 9> "$go_cache/bin/$name.lock" || return 1
  fi
  echo "$program"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until something responds at the port, or the process has ended.
await_port() {  # PID PORT
  for _ in $(seq 1 300); do
    kill -0 "$1" 2> /dev/null || return 1
    if python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$2" 2> /dev/null; then
      return
    fi
    sleep 0.1
  done
  return 1
}

# Ends the process with the number in the file, if it is still the named program.
stop_process() {  # FILE NAME
  local pid
  [[ -f $1 ]] || return 0
  pid=$(< "$1")
  if [[ $(cat "/proc/$pid/comm" 2> /dev/null) == "$2"* ]]; then
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 1 50); do
      [[ -d /proc/$pid ]] || break
      sleep 0.1
    done
    if [[ -d /proc/$pid ]]; then kill -9 "$pid" 2> /dev/null || true; fi
  fi
  rm -f "$1"
}
