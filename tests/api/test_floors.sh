# No folder of src/ includes, or calls, what stands on a floor above it. floors.txt lists them from the ground up; folders on
# one line know each other (a table and its rows). Calls are looked at as well, since a public header hides where a function
# is made.
# usage: test_floors.sh OBJECTS   (the folder of the library's objects, as src/ is divided)
objects=$1
floors=$TEST_SOURCE_DIR/tests/api/floors.txt
scratch=$TEST_SCRATCH/api_floors
rm -rf "$scratch" && mkdir -p "$scratch" || exit 1
cd "$TEST_SOURCE_DIR/src" || exit 1

# FOLDER WHAT FOLDER: "data/index/texts.c includes text/csv.h" as three words with folders in the first and third
grep -rnoE '^#include "[a-z_0-9/]+\.(h|def)"' --include='*.[ch]' --include='*.def' . |
    sed -E 's:^\./(.*)/([^/]*)\:[0-9]+\:#include "(.*)/([^/]*)"$:\1 \1/\2 includes \3/\4 \3:' >"$scratch/edges"

# Objects of sources that are gone may still lie there.
(cd "$objects" && find . -name '*.o' | while read -r object; do
    [ ! -e "$TEST_SOURCE_DIR/src/${object%.o}" ] || echo "$object"
done | xargs nm -A) | sed -E 's:^\./::; s/\.(c\.)?o:/ /' | awk '
    { folder = $1; sub("/[^/]*$", "", folder) }
    $(NF - 1) ~ /^[TDRBV]$/ { maker[$NF] = $1 }
    $(NF - 1) == "U" { caller[++calls] = $1; callee[calls] = $NF }
    END {
        for (i = 1; i <= calls; i++) {
            if (!(callee[i] in maker)) continue
            from = caller[i]; to = maker[callee[i]]
            a = from; sub("/[^/]*$", "", a)
            b = to; sub("/[^/]*$", "", b)
            print a, from ".c", "calls", to ".c", b, callee[i]
        }
    }' >>"$scratch/edges"

[ "$(wc -l <"$scratch/edges")" -gt 3000 ] || {
    echo "hardly anything was found to look at: $(wc -l <"$scratch/edges") includes and calls"
    exit 1
}
awk -v floors="$floors" '
    BEGIN {
        while ((getline line < floors) > 0) {
            n = split(line, folder, " ")
            height++
            for (i = 1; i <= n; i++) floor[folder[i]] = height
        }
    }
    !($1 in floor) { unknown[$1]; next }
    !($5 in floor) { unknown[$5]; next }
    floor[$5] > floor[$1] { print $2, $3, $4 ($6 ? " (" $6 ")" : "") ", which stands above it"; bad = 1 }
    END {
        for (f in unknown) { print "src/" f " is not in tests/api/floors.txt"; bad = 1 }
        exit bad
    }' "$scratch/edges" | sort -u >"$scratch/found"
cat "$scratch/found"
[ ! -s "$scratch/found" ]
