#!/bin/sh
# Makes a clean root of this machine's own Debian in the folder named: nothing but what every Debian has that starts by systemd. As root;
# needs debootstrap.
#
#     sh packaging/clean-root.sh /var/tmp/root
#     cp dist/filexfer_*.deb /var/tmp/root/tmp/ && chroot /var/tmp/root apt-get install -y --no-install-recommends /tmp/filexfer_*.deb
#
# The packages come from where this machine gets its own. What was downloaded is kept in build/systemd-root.tar for the next one.
set -eu
root=$1
boots=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd
kept=$(dirname "$0")/../build/systemd-root.tar
if ! command -v debootstrap >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "A clean root is made by root with debootstrap: apt-get install debootstrap" >&2
    exit 1
fi
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
from=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | sed -n "s/ $release\$//p" | head -n 1)
if [ ! -e "$kept" ]; then
    mkdir -p "$(dirname "$kept")"
    debootstrap --variant=minbase --include=$boots "$release" "$root.new" "$from" >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
    tar --exclude ./var/cache/apt/archives/\*.deb --one-file-system -C "$root.new" -cf "$kept.new" .
    mv "$kept.new" "$kept"
    rm -rf "$root.new" "$root.log"
fi
mkdir -p "$root"
tar -C "$root" -xf "$kept"
