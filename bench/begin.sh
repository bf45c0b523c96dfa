# Sourced by each bench/*/run.sh: from the root, with the functions of scripts/shared/ that it names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for room in steps build "$@"; do source "scripts/shared/$room.sh"; done
