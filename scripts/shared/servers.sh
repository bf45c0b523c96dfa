# Sourced by the commands that need database servers: starts them with data folders of their own, and stops them at exit.

servers=()
# start_server NAME VARIABLE [OPTION...] starts tests/servers/NAME.sh (which hands the options to the server), exports its
# URL as VARIABLE and leaves its folder in $server_folder. One that needs root (status 77) is left out with a word on a
# developer's machine; in CI it is a failure.
start_server() {
  local folder url status=0
  server_folder=
  folder=$(tests/servers/folder.sh "$1")
  servers+=("$1:$folder")
  url=$("tests/servers/$1.sh" start "$folder" "${@:3}") || status=$?
  if [ "$status" -eq 77 ] && [ "${CI:-}" != true ]; then
    unset 'servers[-1]'
    rmdir "$folder"
    say "tests without $1: it needs root here (see above)"
    return
  fi
  [ "$status" -eq 0 ] || die "the $1 server for the tests could not be started (see above)"
  export "$2=$url"
  server_folder=$folder
}
stop_servers() {
  for server in ${servers[@]+"${servers[@]}"}; do
    "tests/servers/${server%%:*}.sh" stop "${server#*:}" || true
    rm -rf "${server#*:}"
  done
  servers=()
}
trap stop_servers EXIT
