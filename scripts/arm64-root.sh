#!/usr/bin/env bash
# Unpacks Debian's arm64 packages of what lince needs into a folder, for a compiler and an emulator that take it as their
# root (--sysroot, qemu-aarch64 -L). The system's own package lists and packages stay as they are.
# usage: scripts/arm64-root.sh FOLDER
set -euo pipefail
root=$(realpath -m "$1")
[ -e "$root/complete" ] && exit
packages=$("$(dirname "$0")/install-deps.sh" libraries)
rm -rf "$root"
mkdir -p "$root"/apt/{lists/partial,cache/archives/partial,etc/apt.conf.d}
: >"$root/apt/status"
apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$root/apt" \
        -o Dir::State::lists="$root/apt/lists" -o Dir::State::status="$root/apt/status" \
        -o Dir::Cache="$root/apt/cache" -o APT::Install-Recommends=false -o Debug::NoLocking=true \
        -o APT::Sandbox::User=root "$@"
}
apt update
# shellcheck disable=SC2086 # one word each
apt install --yes --download-only $packages >/dev/null
for package in "$root"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
# Links to /usr/..., which would leave the folder.
find "$root" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do ln -sfn "$root$target" "$link"; done
rm -rf "$root/apt"
touch "$root/complete"
