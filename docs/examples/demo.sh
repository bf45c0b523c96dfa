#!/usr/bin/env bash
# What ./dev demo shows: a sample database on SQLite, a Kestra flow that lists and purges it, and what happened; then a retention
# policy, planned, approved, and with a receipt.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
export PATH=$PWD/build/release:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/winnow-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }
first_id() { python3 -c 'import json,sys; print(json.load(sys.stdin)["rows"][0]["id"])'; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

say "A Kestra-shaped database of 10,000 executions, with logs, metrics and files"
mkdir "$work/storage"
show winnow-sample --database "sqlite:$work/kestra.db" --executions 10000 --storage "$work/storage"

cat >"$work/winnow.yaml" <<YAML
database: {url: "sqlite:$work/kestra.db"}
storage: {type: local, base-path: $work/storage}
policy: {tenant: main, protect: [company.teamx]}
YAML
export WINNOW_CONFIG=$work/winnow.yaml
count() { winnow call ListExecutions --params '{"fetchType": "NONE", "deleted": true}' 2>/dev/null | field size; }
files() { find "$work/storage" -type f ! -name '*.metadata' | wc -l; }

say "The operator's configuration, and a flow in Kestra's YAML"
cat "$work/winnow.yaml"
echo
cat docs/examples/flows/list-then-purge.yaml

say "Before: $(count) executions of tenant main, $(files) files"
say "What it would do"
show winnow run docs/examples/flows/list-then-purge.yaml --dry-run
say "Doing it"
show winnow run docs/examples/flows/list-then-purge.yaml
say "After: $(count) executions of tenant main, $(files) files; a protected namespace, the other tenant, running and paused executions stay"
say "The same flow again finds nothing to do"
show winnow run docs/examples/flows/list-then-purge.yaml

say "Or a policy says what stays: holds, ages, the newest of each flow; the first rule that matches decides"
cat >"$work/retention.yaml" <<YAML
rules:
  - match: {namespace: company.billing.**}
    keep: forever
  - match: {states: [FAILED]}
    keep: {age: P90D}
otherwise: {keep: {age: P60D, last: 5}}
logs:
  - match: {levels: [DEBUG, TRACE]}
    keep: {age: P3D}
YAML
cat >>"$work/winnow.yaml" <<YAML
retention: $work/retention.yaml
receipts: {file: $work/receipts.jsonl}
YAML
cat "$work/retention.yaml"
say "What it would do; a log that an execution and a rule for logs would both take counts twice here"
show winnow call ApplyRetention --params '{"dryRun": true}'
plan=$(winnow call ApplyRetention --params '{"dryRun": true}' 2>/dev/null | field planId)
say "Approved: the same and no more"
echo "\$ winnow call ApplyRetention --params '{\"expectPlan\": \"${plan:0:12}...\"}'"
winnow call ApplyRetention --params "{\"expectPlan\": \"$plan\"}"
say "The receipt: what went, proven by hashes and by the database"
show winnow verify --config "$work/winnow.yaml"
say "Why is this one still there?"
stays=$(winnow call ListExecutions --params '{"size": 1, "columns": ["id"], "states": ["SUCCESS"]}' 2>/dev/null | first_id)
show winnow explain "$stays"
