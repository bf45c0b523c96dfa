#: ./dev clients --check      where Debian has a newer version of a client library than packaging/clients/versions.txt, with its line
source scripts/shared/steps.sh
source scripts/shared/build.sh

[ "${1:-}" = --check ] || die "usage: ./dev clients --check"
need dpkg-dev ca-certificates
cache=${WINNOW_CACHE:-$HOME/.cache/winnow}
source packaging/clients/source.sh
apt_sources
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
newer=0
while read -r name version sum rest; do
  if [[ -z $name || $name = \#* || $sum = - ]]; then continue; fi
  latest=$(apt-cache showsrc --only-source "$name" | sed -n 's/^Version: //p' | sort -rV | head -n 1)
  if ! dpkg --compare-versions "$latest" gt "$version"; then continue; fi
  newer=$((newer + 1))
  if (cd "$work" && rm -f ./* && apt-get source -qq --download-only "$name=$latest" >/dev/null 2>&1); then
    echo "$name $latest $(sha256sum "$work"/*.dsc | cut -d' ' -f1) $rest"
  else
    echo "$name: Debian has $latest (here $version), and the mirror in use does not have its source" >&2
  fi
done <packaging/clients/versions.txt
[ "$newer" -gt 0 ] || say "packaging/clients/versions.txt has the newest of each"
