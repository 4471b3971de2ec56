#!/usr/bin/env bash
# Installs the Debian packages lince is built from, with sudo where not root; does nothing where all is there.
set -euo pipefail

packages=(
    gcc make cmake ninja-build pkg-config gettext
    libdnnl-dev libpng-dev libjpeg62-turbo-dev libzip-dev libarchive-dev
    libjansson-dev libyaml-dev libcsv-dev libutf8proc-dev libstemmer-dev libssl-dev zlib1g-dev libcurl4-openssl-dev libcmocka-dev
    gnuplot-nox
)

# `install-deps.sh check` adds the tools of `make check`.
[ "${1:-}" = check ] && packages+=(clang clang-format cppcheck valgrind libclang-rt-14-dev libomp-dev)

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
