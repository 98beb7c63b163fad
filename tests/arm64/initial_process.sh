#!/busybox sh
# shellcheck shell=dash
# The first process of the emulated computer (computer.sh), in its initial file system, where busybox is the only
# program: loads the modules of the disks, mounts them and hands over to first_process.sh on the second one.
/busybox mkdir -p /dev /root
/busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do /busybox insmod "/modules/$module"; done </modules/order
/busybox mount -t ext4 /dev/vda /root
/busybox mount -t ext4 /dev/vdb /root/root
/busybox mount --move /dev /root/dev
exec /busybox switch_root /root /bin/bash /root/motzkin/tests/arm64/first_process.sh
