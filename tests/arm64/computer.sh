# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# An emulated computer of arm64 with the processor of a Raspberry Pi 5 and, as its kernel, pages of 16 KiB.
# deploy/arm64.sh sources this file.
#
# It has three parts, which are made once and kept in build/roots:
#
#   computer-kernel/         Debian 13's kernel with pages of 16 KiB, for every suite, and an initial file system of
#                            busybox and the modules that the disks need
#   SUITE-computer/root      the packages that the programs need, extracted and not configured: configuring them in
#                            an emulator takes half an hour
#   SUITE-computer/tree      the tree with what was built in the root of the suite; made again for each run
#
# A computer has no network but the ports that a run forwards.

readonly computer_kernel=$root/build/roots/computer-kernel

# Programs of the tests and of ./dev; the libraries are found out.
readonly computer_programs=base-files,base-passwd,bash,bubblewrap,busybox-static,cmake,coreutils,dash,debianutils,diffutils,findutils,fricas,gawk,grep,gzip,hostname,iproute2,jq,libc-bin,mount,ncurses-base,ncurses-bin,perl-base,postgresql,procps,protobuf-compiler,python3,python3-cryptography,python3-grpcio,python3-protobuf,python3-sympy,sed,tar,util-linux

# computer_extract SUITE INTO PACKAGES: unpacks packages of arm64 with all that they depend on.
computer_extract() {
  mkdir -p build/roots
  as_root mmdebstrap --quiet --mode=root --variant=extract --architectures=arm64 \
    --setup-hook=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh --include="$3" "$1" "$2" >build/roots/extract.log 2>&1 ||
    { tail -n 20 build/roots/extract.log >&2; die "mmdebstrap could not extract packages of arm64 for $1"; }
}

computer_make_kernel() {
  local made=$computer_kernel version module
  if [[ -e $made/initrd ]]; then return; fi
  say "fetching a kernel with pages of 16 KiB"
  as_root rm -rf "$made"
  mkdir -p "$made/initial/modules"
  computer_extract trixie "$made/packages" linux-image-arm64-16k,busybox-static
  cp "$made"/packages/boot/vmlinuz-* "$made/vmlinuz"
  version=$(basename "$made"/packages/lib/modules/*)
  as_root depmod -b "$made/packages" "$version"
  for module in virtio_blk ext4 virtio_net; do
    as_root modprobe --dirname="$made/packages" --set-version="$version" --show-depends "$module"
  done | while read -r _ module _; do
    module=${module%.xz}
    if [[ -e $made/initial/modules/$(basename "$module") ]]; then continue; fi
    xz --decompress --stdout "$module.xz" >"$made/initial/modules/$(basename "$module")"
    basename "$module" >>"$made/initial/modules/order"
  done
  cp "$made/packages/usr/bin/busybox" "$made/initial/busybox"
  cp tests/arm64/initial_process.sh "$made/initial/init"
  (cd "$made/initial" && find . | cpio --quiet --create --format=newc --owner=0:0) >"$made/initrd.new"
  mv "$made/initrd.new" "$made/initrd"
  as_root rm -rf "$made/packages"
}

# computer_image FOLDER FILE BYTES: makes a disk of the folder. The file is sparse.
computer_image() {
  rm -f "$2.new"
  truncate --size="$3" "$2.new"
  as_root mkfs.ext4 -q -F -O ^has_journal -E root_owner=0:0,lazy_itable_init=1 -d "$1" "$2.new"
  mv "$2.new" "$2"
}

# Prints the packages of the libraries that the programs built in the root link, as the suite names them.
computer_libraries() {
  suite_root_run "$1" root "cd /root/motzkin/build && find . -type f -perm -100 ! -path '*/CMakeFiles/*' ! -name '*.sh' |
    xargs aarch64-linux-gnu-readelf --dynamic | sed -n 's/.*(NEEDED).*\[\(.*\)\]/*\/\1/p' | sort -u |
    xargs dpkg -S | sed -n 's/:arm64: .*//p' | sort -u | paste -sd,"
}

# Does what the scripts of the packages would have done, as far as the programs need it.
computer_set_up() {
  local into=$1
  cp "$into/usr/share/base-passwd/passwd.master" "$into/etc/passwd"
  cp "$into/usr/share/base-passwd/group.master" "$into/etc/group"
  # Postgres of root runs as this user where there is one. Otherwise it would share the user of the integrators, whose
  # objects in memory a test counts.
  echo 'postgres:x:101:104::/var/lib/postgresql:/bin/bash' >>"$into/etc/passwd"
  echo 'postgres:x:104:' >>"$into/etc/group"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$into/etc/hosts"
  echo computer >"$into/etc/hostname"
  ln -sf gawk "$into/usr/bin/awk"
  ln -sf dash "$into/usr/bin/sh"
  mkdir -p "$into"/{proc,sys,dev,run,tmp,root}
}

# computer_make SUITE ROOT: makes the parts that are missing, for what is built in ROOT, the root of suite_root_make.
computer_make() {
  local made=$2 disks=$root/build/roots/$1-computer packages lacking
  computer_make_kernel
  mkdir -p "$disks"
  touch "$disks/packages"
  packages=$computer_programs,$(computer_libraries "$made")
  lacking=$(comm -23 <(tr , '\n' <<<"$packages" | sort) <(tr , '\n' <"$disks/packages" | sort))
  if [[ ! -e $disks/root || -n $lacking ]]; then
    say "extracting the packages of $1 for arm64 (two minutes)"
    as_root rm -rf "$made/computer"
    computer_extract "$1" "$made/computer" "$packages"
    as_root bash -c "$(declare -f computer_set_up); computer_set_up $(printf %q "$made/computer")"
    # Python's files are the same for each architecture, and SymPy is slow to start from its sources.
    suite_root_run "$made" root "python3 -m compileall -q -j 2 -s /computer \$(find /computer/usr/lib/python3* -maxdepth 0)" || true
    computer_image "$made/computer" "$disks/root" 4G
    as_root rm -rf "$made/computer"
    echo "$packages" >"$disks/packages"
  fi
}

# computer_make_tree SUITE ROOT COMMAND: makes the disk that COMMAND finds at /root.
computer_make_tree() {
  local disks=$root/build/roots/$1-computer tree=$2/tree
  as_root rm -rf "$tree"
  as_root mkdir -p "$tree/motzkin" "$tree/tmp"
  as_root tar --create --directory="$2/root/motzkin" --exclude='*.o' --exclude='*.a' --exclude='*.pb.*' . |
    as_root tar --extract --directory="$tree/motzkin"
  as_root touch "$tree/motzkin/build/arm64/.built-elsewhere"
  echo "$3" | as_root tee "$tree/command" >/dev/null
  as_root chmod 1777 "$tree/tmp"
  computer_image "$tree" "$disks/tree" 16G
  as_root rm -rf "$tree"
}

# computer_run SUITE ROOT COMMAND [FORWARD]...: starts the computer, which runs the shell command as root and then
# switches itself off, and prints what it prints. FORWARD is a port rule of qemu's user network, such as
# hostfwd=tcp:127.0.0.1:6000-:50051. The exit code is that of the command.
computer_run() {
  local suite=$1 made=$2 command=$3 disks=$root/build/roots/$1-computer line code=
  # Without a network its clocks count instructions, at 1 ns each, and skip the time in which it would wait. So nothing
  # times out there because this machine is slow or busy.
  local accelerator=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -rtc clock=vm) network=(-nic none)
  shift 3
  computer_make_tree "$suite" "$made" "$command"
  if [[ $# -gt 0 ]]; then
    accelerator=(-accel "tcg,thread=multi")
    network=(-netdev "user,id=net,restrict=on,$(IFS=, && echo "$*")" -device "virtio-net-pci,netdev=net,romfile=")
  fi
  say "starting an emulated computer: ${command%% -*}"
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line =~ ^computer:\ exit\ code\ ([0-9]+)$ ]]; then code=${BASH_REMATCH[1]}; else printf '%s\n' "$line"; fi
  done < <(nice -n 5 timeout 7200 qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a76 -smp 2 -m 4G "${accelerator[@]}" \
    -display none -monitor none -serial stdio -no-reboot "${network[@]}" \
    -kernel "$computer_kernel/vmlinuz" -initrd "$computer_kernel/initrd" \
    -append "console=ttyAMA0 quiet loglevel=1 panic=-1" \
    -drive "if=none,id=root,format=raw,file=$disks/root,snapshot=on" -device virtio-blk-pci,drive=root \
    -drive "if=none,id=tree,format=raw,file=$disks/tree,cache=unsafe" -device virtio-blk-pci,drive=tree \
    </dev/null 2>&1)
  [[ -n $code ]] || die "the emulated computer ended without running the command to its end"
  return "$code"
}
