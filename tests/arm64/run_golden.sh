#!/bin/sh
# Makes the functions of the golden file on arm64: cross-compiles the generator and its golden test and
# runs it under qemu-user. Needs (Debian): g++-aarch64-linux-gnu qemu-user-static mmdebstrap, and root for
# mmdebstrap. A Raspberry Pi needs none of this: there `ctest -R Golden` is the same test.
#
#   tests/arm64/run_golden.sh [WORK_DIRECTORY]     default build/arm64; keeps a sysroot of 250 MB there
set -eu
cd "$(dirname "$0")/../.."
work=${1:-$PWD/build/arm64}
sysroot=$work/sysroot
libraries=$sysroot/usr/lib/aarch64-linux-gnu
mkdir -p "$work/objects"

if [ ! -e "$sysroot/usr/include/arb.h" ]; then
  packages=libabsl-dev,libgmp-dev,libmpfr-dev,libflint-dev,libflint-arb-dev,libgtest-dev,libgmock-dev
  mmdebstrap --mode=root --variant=extract --architectures=arm64 \
    --include="$packages,libfmt-dev,libc6-dev,libstdc++-12-dev" bookworm "$sysroot"
fi

# shellcheck disable=SC2016  # The inner shell expands them.
{
  find common/expression common/ball common/generator -name '*.cc' ! -name '*_test.cc' ! -name '*_fuzz*.cc'
  echo common/base/check.cc
  echo common/generator/golden_test.cc
} | xargs -P "$(nproc)" -n 1 sh -c '
  exec aarch64-linux-gnu-g++ --sysroot="$0/sysroot" -std=c++20 -O2 -I. -DMOTZKIN_SOURCE_DIR="\"$PWD\"" \
    -c "$1" -o "$0/objects/$(echo "$1" | tr / _).o"' "$work"

# shellcheck disable=SC2046  # One word a library.
aarch64-linux-gnu-g++ --sysroot="$sysroot" "$work"/objects/*.o -o "$work/golden_test" \
  -lgtest -lgtest_main -lfmt -lflint-arb -lflint -lgmpxx -lgmp -lpthread \
  $(find "$libraries" -name 'libabsl_*.so' -printf '-l:%f ') -Wl,-rpath-link,"$libraries"
exec qemu-aarch64-static -L "$sysroot" "$work/golden_test"
