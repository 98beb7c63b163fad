#!/bin/sh
# runnable.sh CPU BIN INTO: makes a script in the folder INTO for each program in the folder BIN, which runs it in
# qemu's emulator of the CPU. The libraries of that architecture are installed beside this machine's.
set -eu
cpu=$1 bin=$(readlink -f "$2") into=$3
mkdir -p "$into"
for program in coordinator worker motzkin; do
  printf '#!/bin/sh\nexec qemu-%s "%s/%s" "$@"\n' "$cpu" "$bin" "$program" >"$into/$program"
  chmod +x "$into/$program"
done
