#!/bin/sh
# Starts the program of its own name, after a look at whether this system can: on an older glibc, or on musl, the loader's own words
# would tell nobody what to do.
self=$(readlink -f "$0")
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc=another
needs='winnow needs Linux with glibc 2.28 or later (Debian 10, Ubuntu 18.10, RHEL 8 and what came after)'
case $libc in
  'glibc 2.'[0-9] | 'glibc 2.1'[0-9] | 'glibc 2.2'[0-7]) echo "$needs; this system has $libc" >&2 && exit 3 ;;
  another) echo "$needs; this system has another C library (musl, as Alpine has, can't run it)" >&2 && exit 3 ;;
esac
exec "${self%/bin/*}/lib/winnow/${self##*/}" "$@"
