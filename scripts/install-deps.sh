#!/usr/bin/env bash
# Installs the Debian packages that lince is built from and tested with, with sudo where not root; does nothing where all
# is there. On a system without apt-get it installs nothing, and says where the packages of others are listed.
# usage: scripts/install-deps.sh [check|deb|say|libraries]
#   check: also the tools of `make check`
#   deb:   also those of `make deb` and `make check-deb`
#   say:   installs nothing; says what is missing and how to get it
#   libraries: installs nothing; prints the packages of the libraries, for another architecture
set -euo pipefail

packages=(
    gcc g++ make cmake ninja-build pkg-config gettext
    libdnnl-dev libpng-dev libjpeg-dev libwebp-dev libtiff-dev libgif-dev libheif-dev libzip-dev libarchive-dev
    libjansson-dev libyaml-dev libutf8proc-dev libstemmer-dev libicu-dev libssl-dev zlib1g-dev libxxhash-dev libcurl4-openssl-dev libmicrohttpd-dev libsndfile1-dev libsoxr-dev
    libkissfft-dev libprotobuf-c-dev protobuf-c-compiler libcmocka-dev
    libopenmpi-dev openmpi-bin
    gnuplot-nox python3
)
if [ "${1:-}" = libraries ]; then
    printf '%s\n' "${packages[@]}" | grep -E -- '-dev$'
    exit 0
fi
[ "${1:-}" = check ] && packages+=(clang clang-format cppcheck valgrind libclang-rt-14-dev libomp-dev
    qemu-user g++-aarch64-linux-gnu iproute2 python3-numpy python3-pytest)
[ "${1:-}" = deb ] && packages+=(dpkg-dev debhelper dh-python lintian debootstrap)
# Ubuntu has it by other means; the pages are then looked at by nobody.
if [ "${1:-}" = check ] && apt-cache show chromium >/dev/null 2>&1; then packages+=(chromium); fi

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# say ENGLISH SPANISH: in the language of the locale, to standard error
say() {
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    es*) echo "$2" >&2 ;;
    *) echo "$1" >&2 ;;
    esac
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "no apt-get: nothing is installed; docs/install.md lists the packages of Fedora, Arch, openSUSE and others" \
        "no hay apt-get: no se instala nada; docs/install.es.md enumera los paquetes de Fedora, Arch, openSUSE y otros"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
if [ "${1:-}" = say ]; then
    if [ ${#missing[@]} -eq 0 ]; then
        say "all of Debian's packages are there; what is wrong stands above" \
            "todos los paquetes de Debian están; lo que falla se lee arriba"
    else
        say "missing: ${missing[*]}" "falta: ${missing[*]}"
        say "install: ${sudo[*]} apt-get install ${missing[*]}     (or: make deps)" \
            "instálelo: ${sudo[*]} apt-get install ${missing[*]}     (o: make deps)"
    fi
    exit 0
fi

[ ${#missing[@]} -eq 0 ] && exit 0
say "installing: ${missing[*]}" "instalando: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
