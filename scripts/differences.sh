#!/usr/bin/env bash
# What differs between two folders of files, of programs and libraries also in which sections and strings.
# usage: scripts/differences.sh FIRST SECOND     ends with 1 where something differs
set -euo pipefail
first=$(realpath "$1")
second=$(realpath "$2")
export LC_ALL=C
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# names, modes and targets of links; a folder's mode is the umask's
listing() { (cd "$1" && find . ! -type d -printf '%P %M %l\n' | sort); }

# sections FILE: each with a sum of its bytes; two files are looked at at a time
sections() {
    local name bytes=$scratch/section-$BASHPID
    readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] ([._a-zA-Z][^ ]*) .*/\1/p' | while read -r name; do
        : >"$bytes"
        objcopy -O binary --only-section="$name" --set-section-flags "$name=alloc" "$1" "$bytes" 2>/dev/null || true
        echo "$name $(cksum <"$bytes")"
    done
}

# explain NAME: where two files of that name differ
explain() {
    echo "$1: differs"
    cmp "$first/$1" "$second/$1" 2>&1 | sed 's/.* differ: /    from /' || true
    if readelf -h "$first/$1" >"$scratch/header" 2>&1 && readelf -h "$second/$1" >"$scratch/header" 2>&1; then
        { diff <(sections "$first/$1") <(sections "$second/$1") || true; } | sed -nE 's/^[<>] ([^ ]+) .*/    section \1/p' | sort -u
    fi
    diff <(strings -a "$first/$1") <(strings -a "$second/$1") | grep '^[<>]' | head -20 | cut -c1-200 | sed 's/^/    /' || true
}

listing "$first" >"$scratch/first"
listing "$second" >"$scratch/second"
found=0
{ diff "$scratch/first" "$scratch/second" || true; } | sed -nE 's/^< /only in the first: /p; s/^> /only in the second: /p' >"$scratch/only"
[ -s "$scratch/only" ] && found=1 && cat "$scratch/only"
while IFS= read -r name; do
    [ ! -f "$second/$name" ] || cmp -s "$first/$name" "$second/$name" || { explain "$name"; found=1; }
done < <(cd "$first" && find . -type f -printf '%P\n' | sort)
exit $found
