#!/usr/bin/env bash
# make reproduce: what make dist packs is unpacked, built and installed twice; are both the same, bit for bit? The second
# time all is otherwise that must not matter: the folder, the time, the language, the time zone, the umask; and its compilers
# ask no cache.
# usage: scripts/reproduce.sh FOLDER [OPTION...]     options of cmake; ends with 1 where something differs; JOBS=N: compilers
#   at a time
set -euo pipefail
folder=$(realpath -m "$1")
shift
options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DBUILD_TESTING=OFF "$@")
cd "$(dirname "$0")/.."
rm -rf "$folder"
tarball=$(scripts/dist.sh "$folder")

# build_in FOLDER: its built files, and all that is installed, in FOLDER/made
build_in() {
    local tree
    tree=$1/$(basename "$tarball" .tar.gz)
    mkdir -p "$1/made/built" && tar -x -C "$1" -f "$tarball" &&
        cmake -S "$tree" -B "$tree/build" -G Ninja "${options[@]}" &&
        cmake --build "$tree/build" --parallel "${JOBS:-$(nproc)}" &&
        install -m 644 -t "$1/made/built" "$tree"/build/{lince,liblince.so.1,liblince.a} &&
        DESTDIR=$1/made cmake --install "$tree/build"
}

(build_in "$folder/first") >"$folder/first.log" 2>&1 || { tail -30 "$folder/first.log"; exit 1; }
(
    export CCACHE_DISABLE=1 LC_ALL=C.UTF-8 TZ=Asia/Tokyo
    umask 077
    build_in "$folder/the second elsewhere"
) >"$folder/second.log" 2>&1 || { tail -30 "$folder/second.log"; exit 1; }
scripts/differences.sh "$folder/first/made" "$folder/the second elsewhere/made" || {
    echo "two builds of $(basename "$tarball") differ"
    exit 1
}
echo "two builds of $(basename "$tarball") are the same, bit for bit:"
(cd "$folder/first/made/built" && sha256sum lince liblince.so.1)
