#!/usr/bin/env bash
# make check-deb: the packages of make deb are installed in a Debian of their own, used there and removed (tests/packages/inside.sh).
# That Debian is this one's release, made by debootstrap from the mirror that apt uses here; nothing outside FOLDER is changed.
# usage: scripts/check-deb.sh PACKAGES FOLDER     the packages' folder, and that of the other Debian; as root
set -euo pipefail
packages=$(realpath "$1")
folder=$(realpath -m "$2")
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "another Debian is made and entered by root: sudo make check-deb" >&2; exit 1; }
scripts/install-deps.sh deb
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$release" '$1 == release && $2 == "main" { print $3; exit }')

if [ ! -e "$folder/complete" ]; then
    echo "making a Debian $release in $folder/base, from $mirror"
    rm -rf "$folder"
    mkdir -p "$folder"
    debootstrap --variant=minbase "$release" "$folder/base" "$mirror" >"$folder/debootstrap.log" 2>&1 ||
        { tail "$folder/debootstrap.log"; exit 1; }
    touch "$folder/complete"
fi
rm -rf "$folder/root"
cp -a "$folder/base" "$folder/root"
mkdir "$folder/root/packages"
cp "$packages"/*.deb tests/packages/inside.sh tests/picture/heif.txt "$folder/root/packages"
rm -f "$folder"/root/packages/*-dbgsym_*

# What is mounted and started there ends with it; of this system's environment only the way to the mirror goes along.
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
    sh -ec 'mount -t proc proc "$1/proc"; exec chroot "$1" bash /packages/inside.sh' sh "$folder/root"
