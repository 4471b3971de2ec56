#!/usr/bin/env bash
# make deb: Debian packages in FOLDER, built of the tarball of make dist: nothing is written into the tree. Debian's
# checker, lintian, must find no error and nothing to warn of.
# usage: scripts/deb.sh FOLDER     DEB_BUILD_OPTIONS=parallel=1: one compiler at a time
set -euo pipefail
folder=$(realpath -m "$1")
cd "$(dirname "$0")/.."
scripts/install-deps.sh deb
rm -rf "$folder"
tarball=$(scripts/dist.sh "$folder")
tar -x -C "$folder" -f "$tarball"
cd "$folder/$(basename "$tarball" .tar.gz)"
echo "building packages; what is said meanwhile: $folder/build.log"
dpkg-buildpackage --build=binary --no-sign >"$folder/build.log" 2>&1 || { tail -40 "$folder/build.log"; exit 1; }
cd "$folder"
rm -rf "$(basename "$tarball" .tar.gz)"
lintian --allow-root --fail-on error,warning ./*.changes
ls -sh1 ./*.deb
