# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# `--arch arm64` of ./dev on an amd64 machine, which sources this file.
#
# Programs for arm64 are cross-compiled in a root of the suite (deploy/suite_root.sh) that has the compiler, protoc and
# CMake of amd64 and the libraries of arm64: Debian keeps the libraries of each architecture in a folder of its own.
# Their tests run on an emulated computer (tests/arm64/computer.sh), because a program run by qemu-user cannot have the
# sandbox: qemu-user has no seccomp and no namespaces.

# shellcheck source=tests/arm64/computer.sh
source tests/arm64/computer.sh

# arm64_build ROOT TARGETS: copies the tree into the root of suite_root_make and builds it there.
arm64_build() {
  local made=$1 command
  shift
  suite_root_copy_tree "$made/root/motzkin"
  printf -v command '%q ' "$@"
  say "in $(basename "$made"): ./dev --preset arm64 build $*"
  suite_root_run "$made" root "cd /root/motzkin && ./dev --preset arm64 build $command"
}

# arm64_test SUITE [CTEST ARGUMENTS]: runs the tests labelled `platform`. With --mixed in their place it runs a cluster
# of both architectures.
arm64_test() {
  local suite=$1 made command
  shift
  ensure_packages roots
  ensure_packages computer
  made=$(suite_root_make "$suite" arm64)
  if [[ ${1:-} == --mixed ]]; then
    arm64_mixed_cluster "$suite" "$made"
    return
  fi
  arm64_build "$made" platform_tests
  computer_make "$suite" "$made"
  printf -v command '%q ' ctest --test-dir build/arm64 -j 2 --output-on-failure --no-label-summary -L '^platform$' "$@"
  computer_run "$suite" "$made" "cd /root/motzkin && $command"
}

# arm64_mixed_cluster SUITE ROOT: the coordinator is on the emulated computer, with a worker beside it, and another worker
# is on this machine, in a root of the same suite, because only the same engines label alike.
# tests/arm64/mixed_cluster.py, which runs on the computer, has them compute the same functions.
arm64_mixed_cluster() {
  local suite=$1 made=$2 native address beside log=build/roots/mixed-amd64.log status=0
  arm64_build "$made" coordinator worker integrator motzkin
  computer_make "$suite" "$made"
  native=$(suite_root_make "$suite")
  suite_root_copy_tree "$native/root/motzkin"
  say "in $suite: ./dev build worker integrator"
  suite_root_run "$native" root "cd /root/motzkin && ./dev build worker integrator"
  address=$(choose_address)
  # The worker ends with the first process of its namespace, which is cat once the worker is started.
  exec {beside}> >(suite_root_run "$native" root "/root/motzkin/build/release/bin/worker --connect $address --name amd64 \
    --state-dir /tmp/worker --slots 1 --idle-priority false & exec cat" >"$log" 2>&1)
  computer_run "$suite" "$made" "cd /root/motzkin && tests/arm64/mixed_cluster.py build/arm64/bin" \
    "hostfwd=tcp:$address-:50051" || status=$?
  exec {beside}>&-
  if ((status != 0)); then tail -n 15 "$log" >&2; fi
  return "$status"
}
