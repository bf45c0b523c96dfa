#!/bin/sh
# The demo's purge by the winnow that is installed, in a system that has nothing else: purge.sh FLOW [URL] prints a line of JSON for
# each step: a dry run, the run, the same run again, and the files before and after.
set -eu
flow=$1
work=$(mktemp -d)
mkdir "$work/storage"
url=${2:-sqlite:$work/kestra.db}
winnow-sample --database "$url" --executions 400 --storage "$work/storage" >&2
cat >"$work/winnow.yaml" <<YAML
database: {url: "$url"}
storage: {type: local, base-path: $work/storage}
policy: {tenant: main, protect: [company.teamx]}
YAML
export WINNOW_CONFIG="$work/winnow.yaml"
files() { find "$work/storage" -type f ! -name '*.metadata' | wc -l; }
before=$(files)
winnow run "$flow" --dry-run
winnow run "$flow"
winnow run "$flow"
echo "{\"before\": $before, \"after\": $(files)}"
rm -r "$work"
