#!/bin/sh
# package_in_container.sh: makes Debian packages of HEAD in build/packages/trixie, for the architecture of this
# machine, in a container of Debian 13.
#
# It needs git and Docker (or podman) and nothing else, so it works on a Mac and on a Linux that is not Debian.
# `./dev package` is for Debian and makes the same files. CONTAINER_ENGINE and CONTAINER_BASE name another engine
# and base. The volume motzkin-ccache, or CONTAINER_CCACHE, keeps the compiled objects for the next time.
set -eu
cd "$(dirname "$0")/.."
engine=${CONTAINER_ENGINE:-docker}
base=${CONTAINER_BASE:-docker.io/library/debian:trixie}
ccache=${CONTAINER_CCACHE:-motzkin-ccache}
into=$PWD/build/packages/trixie
seconds=$(git log -1 --format=%ct)
hash=$(git rev-parse --short=8 HEAD)
mkdir -p "$into"

# A compiler needs up to 1.5 GB, and a virtual machine of Docker's often has less than that for each core.
# shellcheck disable=SC2016  # The inner shell expands them.
git archive HEAD | "$engine" run --rm --interactive --volume "$into:/built" --volume "$ccache:/root/.cache/ccache" \
  "$base" sh -c '
    set -eu
    mkdir -p /root/package/motzkin
    tar --extract --directory=/root/package/motzkin
    jobs=$(awk "/^MemAvailable/ {print int(\$2 / 1500000)}" /proc/meminfo)
    if [ "$jobs" -gt "$(nproc)" ]; then jobs=$(nproc); fi
    if [ "$jobs" -lt 1 ]; then jobs=1; fi
    apt-get -qq update
    /root/package/motzkin/deploy/build_deb.sh "$1" "$2" "$jobs" /root/package/built
    rm -f /built/*_"$(dpkg --print-architecture)".deb
    cp /root/package/built/*.deb /built
    chown "$3" /built/*.deb' sh "$seconds" "$hash" "$(id -u):$(id -g)"
ls "$into"/*.deb
