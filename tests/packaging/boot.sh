#!/bin/sh
# Starts the systemd of the root named, in namespaces of its own: processes, mounts, network, names, control groups. As root.
#
# Prints its process number as seen from outside right before it becomes systemd; what stands on stderr before that is why it cannot.
# The control groups lie in the folder that is the second word, which is one of a mounted cgroup2.
set -eu
root=$1 group=$2
if [ "${3:-}" != inside ]; then
    mkdir "$group"
    echo $$ >"$group/cgroup.procs"
    exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child sh "$0" "$root" "$group" inside
fi
read -r number rest </proc/self/stat
ip link set lo up
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for one in null zero full random urandom tty; do
    : >dev/$one
    mount --bind /dev/$one dev/$one
done
mkdir dev/pts dev/shm before
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
pivot_root . before
umount -l before
rmdir before
echo "$number"
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --log-target=console </dev/null
