# Sourced by build.sh and by scripts/clients.sh: Debian's source packages, by apt, with a configuration of its own beside the
# machine's, so that nothing of the machine changes.

# Writes apt's own configuration once a run and reads the lists of source packages of the releases that the machine uses.
apt_sources() {
  apt_folder=$cache/apt
  export APT_CONFIG=$apt_folder/apt.conf
  [ -z "${apt_ready:-}" ] || return 0
  apt_ready=1
  # The lists are good for an hour: a client library more is no reason to ask again.
  if [ -n "$(find "$apt_folder/ready" -mmin -60 2>/dev/null)" ]; then return; fi
  mkdir -p "$apt_folder/lists/partial" "$apt_folder/cache/archives/partial"
  # Asked without APT_CONFIG: the machine's own sources tell where Debian is.
  env -u APT_CONFIG apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 ~ /^bookworm/ && $2 == "main" {print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " $3, $1, $2}' |
    sort -u -k4,4 >"$apt_folder/sources.list"  # the main archive before its security updates: some mirrors lack their sources
  [ -s "$apt_folder/sources.list" ] || { echo "clients: apt has no list of Debian 12; as root run: apt-get update" >&2; return 1; }
  cat >"$APT_CONFIG" <<CONF
Dir::Etc::SourceList "$apt_folder/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$apt_folder/lists";
Dir::Cache "$apt_folder/cache";
APT::Sandbox::User "$(id -un)";
CONF
  apt-get update -qq >&2
  touch "$apt_folder/ready"
}

# Leaves a library's source, with Debian's patches, in FOLDER/tree.
unpack_source() {  # NAME FOLDER
  local name=$1 folder=$2 version sum override=WINNOW_SOURCE_${1//-/_}
  if [ -n "${!override:-}" ]; then
    cp -r "${!override}" "$folder/tree"
    return
  fi
  read -r _ version sum _ < <(line "$name")
  apt_sources
  (
    cd "$folder"
    if ! apt-get source -qq --download-only "$name=$version" >apt.log 2>&1; then
      if [ "${WINNOW_RELEASE:-}" = 1 ]; then
        echo "clients: Debian no longer has $name $version: ./dev clients --check prints the line of the version that replaced it" >&2
        return 1
      fi
      # The pinned version is gone from the mirror: the newest that can be had is Debian's too, and apt has checked its signature.
      newest "$name" || { cat apt.log >&2; return 1; }
      echo "clients: warning: $name $version has been replaced by $newest_version; ./dev clients --check prints the new line" >&2
    elif [ "$(sha256sum ./*.dsc | cut -d' ' -f1)" != "$sum" ]; then
      echo "clients: $name $version is not the package whose SHA-256 versions.txt has" >&2
      return 1
    fi
    dpkg-source --no-check -x ./*.dsc tree >/dev/null
  )
}

# Downloads the newest version of a source package that the mirror has whole, and says which.
newest() {  # NAME: sets newest_version
  local versions
  versions=$(apt-cache showsrc --only-source "$1" | sed -n 's/^Version: //p' | sort -ruV)
  for newest_version in $versions; do
    rm -f ./*.dsc
    apt-get source -qq --download-only "$1=$newest_version" >apt.log 2>&1 && return
  done
  return 1
}
