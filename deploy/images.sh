# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# `./dev images`, which ./dev sources: builds the images of deploy/Dockerfile from the packages in
# build/packages/trixie, with Docker where its daemon answers and with podman elsewhere.
#
# Where no registry can be reached, mmdebstrap makes the image to start from, and the trial gets a Postgres of
# Debian's. The images and their base stay; the trial leaves nothing.

readonly images_packages=build/packages/trixie
readonly images_registry_base=docker.io/library/debian:trixie-slim
readonly images_local_base=localhost/motzkin-base:trixie
readonly images_local_postgres=localhost/motzkin-trial-postgres

images_engine=

# podman's defaults need systemd and unified cgroups, which a test machine or a container often lacks. On any other
# machine podman keeps its own settings.
images_podman_settings() {
  if [[ -n ${CONTAINERS_CONF:-} || -d /run/systemd/system && -e /sys/fs/cgroup/cgroup.controllers ]]; then return; fi
  export CONTAINERS_CONF=$root/build/images/containers.conf
  mkdir -p "$(dirname "$CONTAINERS_CONF")"
  cat >"$CONTAINERS_CONF" <<'SETTINGS'
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
SETTINGS
}

images_choose_engine() {
  if docker info --format '{{.ServerVersion}}' >/dev/null 2>&1; then
    images_engine=docker
    return
  fi
  ensure_packages images
  command -v podman >/dev/null || die "images need a running Docker or podman; neither is here"
  images_engine=podman
  images_podman_settings
}

images_have() { "$images_engine" image inspect "$1" >/dev/null 2>&1; }

# images_get NAME: whether the image is here or comes from its registry within two minutes.
images_get() {
  if images_have "$1"; then return; fi
  say "pulling $1"
  timeout 120 "$images_engine" pull --quiet "$1" >/dev/null 2>&1
}

# Prints the name of the image to start from.
images_base() {
  local kept
  if images_get "$images_registry_base"; then
    echo "$images_registry_base"
    return
  fi
  echo "$images_local_base"
  if images_have "$images_local_base"; then return; fi
  say "no registry answers; mmdebstrap makes the base (a minute)"
  ensure_packages roots
  # debian:trixie-slim leaves out the same files.
  kept=(--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/doc/*'
    --dpkgopt='path-include=/usr/share/doc/*/copyright')
  mkdir -p build/images
  as_root mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io "${kept[@]}" trixie \
    build/images/base.tar >&2 || die "mmdebstrap could not make a root of trixie"
  "$images_engine" import build/images/base.tar "$images_local_base" >&2
  as_root rm -f build/images/base.tar
}

# images_build FILE TARGET NAME BASE CONTEXT
images_build() {
  local target=() pull=()
  if [[ -n $2 ]]; then target=(--target "$2"); fi
  if [[ $images_engine == podman ]]; then pull=(--pull=never); fi
  say "building $3"
  mkdir -p build/images
  "$images_engine" build "${pull[@]}" "${target[@]}" --build-arg BASE="$4" --file "$1" --tag "$3" "$5" \
    >"build/images/build.log" 2>&1 || { tail -n 30 build/images/build.log >&2; die "the image $3 failed"; }
}

verb_images() {
  local try=no base arch
  case ${1:-} in
    '') ;;
    --try) try=yes ;;
    *) die "images does not know '$1'; see ./dev --help" ;;
  esac
  images_choose_engine
  if [[ $images_engine == docker ]]; then
    arch=$(docker version --format '{{.Server.Arch}}')
  else
    arch=$(dpkg --print-architecture)
  fi
  if ! compgen -G "$images_packages/motzkin-worker_*_$arch.deb" >/dev/null; then verb_package --suite trixie; fi
  say "images by $images_engine, from $(basename "$images_packages"/motzkin-worker_*_"$arch".deb)"
  base=$(images_base)
  images_build deploy/Dockerfile coordinator localhost/motzkin-coordinator "$base" "$images_packages"
  images_build deploy/Dockerfile worker localhost/motzkin-worker "$base" "$images_packages"
  "$images_engine" images --filter 'reference=localhost/motzkin-*' --format '{{.Repository}} {{.Size}}'
  if [[ $try == yes ]]; then images_try "$base"; fi
}

# images_try BASE
images_try() {
  local postgres status=0
  postgres=$(sed -n 's/.*image: .{MOTZKIN_POSTGRES_IMAGE:-\(.*\)}$/\1/p' docker-compose.yml)
  if ! images_get "$postgres"; then
    say "no registry answers; a Postgres of Debian takes the place of $postgres"
    postgres=$images_local_postgres
    images_build tests/images/postgres.Dockerfile '' "$postgres" "$1" tests/images
  fi
  docker compose version >/dev/null 2>&1 || ensure_packages images_trial
  tests/images/images_test.py "$images_engine" "$postgres" || status=$?
  if [[ $postgres == "$images_local_postgres" ]]; then "$images_engine" rmi "$postgres" >/dev/null; fi
  return "$status"
}
