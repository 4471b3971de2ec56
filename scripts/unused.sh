#!/usr/bin/env bash
# What nothing uses: headers of the project of which a file uses no name, and functions that no other file calls.
# usage: scripts/unused.sh BUILD     (a build without link-time optimisation); ends with 1 where there is something
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The names that a header, or a public one that it brings along, declares or defines, one a line. Those of i18n.h are short;
# arguments of a layer are named by its name alone, LINCE_LAYER(conv2d, ...).
names_of() {
    local public
    for public in $(sed -n 's:^#include <\(lince/.*\)>:include/\1:p' "$1"); do names_of "$public"; done
    sed -n 's/^OPERATOR([A-Za-z]*, \([a-z0-9_]*\)).*/lince_onnx_take_\1/p' "${1%.h}.def" 2>/dev/null || true # rows of a list
    grep -vE '^#(ifndef|include|endif)' "$1" |
        sed -E 's:/\*([^*]|\*[^/])*\*/::g' |
        grep -oE '\b([a-z]+_[A-Za-z0-9_]+|[A-Z][A-Z0-9_]{2,}|_|N_|C_|NC_|TR|TRC)\b' |
        sed -E 's/^lince_(.*)_layer_args$/&\n\1/' | sort -u
}

found=0
while IFS=: read -r file header; do
    path=src/$header
    [ -e "$path" ] || path=cli/$header
    [ -e "$path" ] || continue
    [ "$(basename "$file" .c)" = "$(basename "$header" .h)" ] && continue # its own
    [ -e "$scratch/${header//\//-}" ] || names_of "$path" >"$scratch/${header//\//-}"
    grep -v '^#include' "$file" >"$scratch/body"
    grep -qwFf "$scratch/${header//\//-}" "$scratch/body" && continue
    echo "$file: nothing of $header is used"
    found=1
done < <(git grep -oE '^#include "[a-z_0-9/]+\.h"' -- 'src/*.c' 'cli/*.c' | sed -E 's/#include "([^"]*)"/\1/')

# Functions of the library that another object of it, the program, a test or a measurement refers to; protobuf-c's compiler makes some for
# each message (lince__...).
{
    nm -u "$build/liblince.a"
    find "$build/CMakeFiles/lince_cli.dir" "$build/tests" "$build/bench" -name '*.o' -exec nm -u {} +
} 2>/dev/null | awk 'NF > 1 { print $NF }' | sort -u >"$scratch/used"
grep -ohE '\blince_[a-z0-9_]+\(' include/lince/*.h | tr -d '(' | sort -u >>"$scratch/used"
grep -ohE '\blince_[a-z0-9_]+' docs/adding*.md | sort -u >>"$scratch/used" # what they offer to rows that are yet to be written
nm --defined-only "$build/liblince.a" | awk '$2 == "T" { print $3 }' | sort -u | grep -vxFf "$scratch/used" | grep -v '^lince__' >"$scratch/functions" || true
if [ -s "$scratch/functions" ]; then
    sed 's/$/: no other file calls this function/' "$scratch/functions"
    found=1
fi
exit $found
