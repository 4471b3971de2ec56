#!/usr/bin/env bash
# `make` asks the package manager for nothing: where something is missing it says what, and how to get it.
# usage: test_make.sh LINCE
set -euo pipefail
folder=$TEST_SCRATCH/make
rm -rf "$folder"
mkdir -p "$folder/bin"

# A machine where nothing is installed, cmake finds nothing, and apt-get leaves a trace.
printf '#!/bin/sh\nexit 1\n' | tee "$folder/bin/cmake" >"$folder/bin/dpkg-query"
printf '#!/bin/sh\ntouch "%s/asked"\n' "$folder" | tee "$folder/bin/apt-get" >"$folder/bin/sudo"
chmod +x "$folder"/bin/*

make_there() { PATH=$folder/bin:$PATH make --no-print-directory -C "$TEST_SOURCE_DIR" BUILD="$folder/build" "$@" 2>&1; }

if said=$(make_there); then
    echo "make succeeded without cmake" && exit 1
fi
grep -q 'missing: .*libzip-dev' <<<"$said"
grep -q 'apt-get install .*libzip-dev' <<<"$said"
if said=$(LC_ALL=es_ES.UTF-8 make_there); then exit 1; fi
grep -q 'falta: .*libzip-dev' <<<"$said"
[ ! -e "$folder/asked" ] || { echo "make asked the package manager" && exit 1; }

# Where nothing is missing, nothing is asked for.
printf '#!/bin/sh\necho "install ok installed"\n' >"$folder/bin/dpkg-query"
make_there deps
make_there test >/dev/null || true
[ ! -e "$folder/asked" ] || { echo "make test asked the package manager although nothing is missing" && exit 1; }
printf '#!/bin/sh\nexit 1\n' >"$folder/bin/dpkg-query"

# These may install.
for target in demo test; do
    rm -f "$folder/asked"
    make_there "$target" >/dev/null || true
    [ -e "$folder/asked" ] || { echo "make $target did not install what is missing" && exit 1; }
done

# A system without apt-get: nothing is installed, the page that lists its packages is named, and what is there is tried.
rm "$folder/bin/apt-get" "$folder/bin/dpkg-query" "$folder/bin/sudo"
others=$folder/others
mkdir "$others"
for tool in bash sh env make dirname id; do ln -s "$(command -v "$tool")" "$others/$tool"; done
for target in all demo; do
    if said=$(PATH=$folder/bin:$others make --no-print-directory -C "$TEST_SOURCE_DIR" BUILD="$folder/build" $target 2>&1); then
        echo "make $target succeeded without cmake" && exit 1
    fi
    grep -q 'no apt-get: nothing is installed; docs/install.md lists' <<<"$said" || { echo "make $target: $said" && exit 1; }
    grep -q 'not found' <<<"$said" && { echo "make $target: $said" && exit 1; }
done
[ -e "$TEST_SOURCE_DIR/docs/install.md" ]
