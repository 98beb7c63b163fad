#!/bin/bash
# The first process of the emulated computer (computer.sh) once its disks are mounted. It makes what a system usually
# has, runs the file `command` of the second disk, tells its exit code and switches the computer off.
export HOME=/root USER=root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /root/tmp /tmp
ln -s /proc/self/fd /dev/fd
hostname computer
ip link set lo up
for link in /sys/class/net/e*; do
  [[ -e $link ]] || continue
  # The addresses are those of qemu's user network.
  ip address add 10.0.2.15/24 dev "${link##*/}"
  ip link set "${link##*/}" up
  ip route add default via 10.0.2.2
done
echo "emulated computer: $(uname -m), $(nproc) cores, pages of $(getconf PAGESIZE) bytes, Linux $(uname -r)"
bash /root/command
echo "computer: exit code $?"
sync
echo o >/proc/sysrq-trigger
sleep infinity
