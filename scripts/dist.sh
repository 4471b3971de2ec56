#!/usr/bin/env bash
# make dist: FOLDER/lince-VERSION.tar.gz, the tracked files of a commit: the same bytes whenever, wherever and by whomever it
# is made. Prints the tarball's name. Where there is no git, in a tree that was unpacked from one, MANIFEST tells its files
# and time, and the tarball is that one again.
# usage: scripts/dist.sh FOLDER [COMMIT]
set -euo pipefail
folder=$(realpath -m "$1")
commit=${2:-HEAD}
cd "$(dirname "$0")/.."
export LC_ALL=C
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/tree"

if [ -e .git ]; then
    git diff --quiet HEAD -- || echo "note: what is not committed is not in it" >&2
    git archive "$commit" | tar -x -C "$stage/tree"
    {
        git show -s --format='# %ct, commit %H' "$commit"
        (cd "$stage/tree" && find . ! -type d -printf '%P\n' | sort)
    } >"$stage/MANIFEST"
    mv "$stage/MANIFEST" "$stage/tree"
elif [ -e MANIFEST ]; then
    { sed 1d MANIFEST && echo MANIFEST; } | tar -c -T - | tar -x -C "$stage/tree"
else
    echo "neither git nor MANIFEST tells which files are lince's" >&2
    exit 1
fi
seconds=$(sed -n '1s/^# \([0-9]*\),.*/\1/p' "$stage/tree/MANIFEST")
name=lince-$(sed -n 's/^#define LINCE_VERSION "\(.*\)"/\1/p' "$stage/tree/include/lince/version.h")
mv "$stage/tree" "$stage/$name"

mkdir -p "$folder"
tar -c --format=ustar --sort=name --mtime="@$seconds" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    -C "$stage" "$name" | gzip -9n >"$folder/$name.part"
mv "$folder/$name.part" "$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
