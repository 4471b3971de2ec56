# make dist: of one commit always the same bytes, also in a tree that was unpacked from them, where no git is.
set -euo pipefail
scratch=$TEST_SCRATCH/packages_dist
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$TEST_SOURCE_DIR"
[ -e MANIFEST ] || git rev-parse HEAD >/dev/null 2>&1 || { echo "skipped: neither git nor MANIFEST tells which files are lince's"; exit 77; }

wrong() {
    echo "FAILED: $*"
    exit 1
}
first=$(scripts/dist.sh "$scratch/first" 2>/dev/null)
second=$(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 scripts/dist.sh "$scratch/the second" 2>/dev/null)
cmp "$first" "$second" || wrong "made again it has other bytes"
[ "$(basename "$first")" = "lince-$(sed -n 's/^#define LINCE_VERSION "\(.*\)"/\1/p' include/lince/version.h).tar.gz" ] || wrong "its name is $first"

# Nobody's name, one time, all below one folder.
tar -tvzf "$first" >"$scratch/list"
[ "$(awk '{ print $2, $4, $5 }' "$scratch/list" | sort -u | wc -l)" -eq 1 ] || wrong "owners or times differ"
name=$(basename "$first" .tar.gz)
awk '{ print $6 }' "$scratch/list" | grep -v "^$name/" && wrong "these are not in $name/"
if [ -e .git ]; then
    diff <(git -c core.quotePath=false ls-tree -r --name-only HEAD | LC_ALL=C sort) \
        <(tar -tzf "$first" | grep -v '/$' | sed "s:^$name/::" | grep -vx MANIFEST | LC_ALL=C sort) || wrong "it has other files than the commit"
fi

# Unpacked by somebody, built there.
(umask 077 && tar -x --no-same-permissions -C "$scratch" -f "$first")
mkdir "$scratch/$name/build"
touch "$scratch/$name/build/lince" "$scratch/$name/README.md"
third=$("$scratch/$name/scripts/dist.sh" "$scratch/third")
cmp "$first" "$third" || wrong "made without git it has other bytes"
echo >>"$scratch/$name/README.md"
fourth=$("$scratch/$name/scripts/dist.sh" "$scratch/fourth")
cmp -s "$first" "$fourth" && wrong "another README has the same bytes"
rm "$scratch/$name/MANIFEST"
"$scratch/$name/scripts/dist.sh" "$scratch/fifth" >"$scratch/out" 2>&1 && wrong "nothing tells which files there are, and it is made"
grep -q 'neither git nor MANIFEST' "$scratch/out" || wrong "what is missing is not told: $(cat "$scratch/out")"
