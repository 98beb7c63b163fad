#!/usr/bin/env bash
# enter_root.sh ROOT USER CCACHE_DIR COMMAND
#
# Makes ROOT the root of this mount namespace and runs COMMAND there as USER. The caller has unshared
# mounts, processes and IPC (deploy/suite_root.sh), so the mounts made here are invisible outside and
# end with COMMAND.
set -euo pipefail
made=$1 user=$2 cache=$3 command=$4

mount --bind "$made" "$made"
mount -t proc proc "$made/proc"
mount --rbind /sys "$made/sys"
mount --rbind /dev "$made/dev"
mount -t tmpfs -o mode=1777 tmpfs "$made/dev/shm"
mount -t tmpfs -o mode=0755 tmpfs "$made/run"
mount -t tmpfs -o mode=1777 tmpfs "$made/tmp"
mkdir -p "$made/run/lock" "$made/var/cache/ccache"
mount --bind "$cache" "$made/var/cache/ccache"
cp --dereference /etc/resolv.conf /etc/hosts "$made/etc/"

mkdir -p "$made/.outside"
cd "$made"
pivot_root . .outside
umount --lazy /.outside
rmdir /.outside

# The cache of compiled objects belongs to root, so other users only read it.
environment=(HOME="$(getent passwd "$user" | cut -d: -f6)" USER="$user" LANG=C.UTF-8 TERM="${TERM:-dumb}"
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin CCACHE_DIR=/var/cache/ccache)
if [[ $user != root ]]; then environment+=(CCACHE_READONLY=true CCACHE_TEMPDIR=/tmp/ccache); fi
for name in CI TEST_SEED; do
  if [[ -n ${!name:-} ]]; then environment+=("$name=${!name}"); fi
done
exec env -i "${environment[@]}" setpriv --reuid="$user" --regid="$user" --init-groups bash -c "$command"
