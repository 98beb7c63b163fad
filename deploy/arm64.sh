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

# arm64_test SUITE [CTEST ARGUMENTS]: runs the tests labelled `platform`.
arm64_test() {
  local suite=$1 made command
  shift
  ensure_packages roots
  ensure_packages computer
  made=$(suite_root_make "$suite" arm64)
  arm64_build "$made" platform_tests
  computer_make "$suite" "$made"
  printf -v command '%q ' ctest --test-dir build/arm64 -j 2 --output-on-failure --no-label-summary -L '^platform$' "$@"
  computer_run "$suite" "$made" "cd /root/motzkin && $command"
}
