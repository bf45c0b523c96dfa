#: ./dev new-machine [COMMAND...]   a clone of the last commit in a clean Debian 12 that has nothing but git, with empty caches (as root):
#:                each command of ./dev is run there: without one demo, portable and the whole of test. `./dev new-machine demo`: a few minutes
source scripts/shared/steps.sh
source scripts/shared/build.sh

[ "$(id -u)" -eq 0 ] || die "a chroot needs root"
need debootstrap
[ $# -gt 0 ] || set -- demo portable test
root=$(mktemp -d /tmp/winnow-machine.XXXXXX)
trap 'tests/release/root.sh remove "$root"' EXIT
step "a clean Debian 12"
tests/release/root.sh make bookworm "$(dpkg --print-architecture)" "$root" ca-certificates git
chmod 755 "$root"

# How this machine gets to its mirrors is the network's, not winnow's: names, proxies, certificates, apt's and pip's sources.
rm -f "$root/etc/apt/sources.list"  # debootstrap's: this machine's may stand in another file
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d \
  /usr/local/share/ca-certificates; do
  [ ! -e "$file" ] || { mkdir -p "$root${file%/*}" && cp -rLT "$file" "$root$file"; }
done
env | grep -E '^(https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|PIP_[A-Z_]+|GOPROXY|SSL_CERT_FILE)=' | sed "s/'/'\\\\''/g; s/=\(.*\)/='\1'/; s/^/export /" \
  >"$root/root/network.sh" || true
inside() { tests/release/root.sh run "$root" bash -c ". /root/network.sh; $1"; }
inside "update-ca-certificates" >/dev/null 2>&1
git clone --quiet --no-hardlinks . "$root/root/winnow"

for command in "$@"; do
  step "./dev $command on a new machine"
  inside "cd /root/winnow && CI=true ./dev $command"
done
print_steps
