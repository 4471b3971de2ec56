#!/usr/bin/env bash
# How well wrong labels are found (docs/results.md): pictures of CIFAR-10's training part, some of whose labels are made wrong on
# purpose, are cross-validated, and the list of likely label errors is held against what was made wrong. An interrupted
# cross-validation goes on.
#
#   DATA=cifar10.zip scripts/label-errors.sh LINCE [OPTIONS OF LINCE CV]
#   PICTURES: of each class (1000); SHARE: of the labels that are made wrong (0.02); SEED (1); RUNS: folder (runs/label-errors)
set -euo pipefail
lince=$1
shift
pictures=${PICTURES:-1000}
share=${SHARE:-0.02}
seed=${SEED:-1}
runs=${RUNS:-runs/label-errors}
classes=(airplane automobile bird cat deer dog frog horse ship truck)

# shuffled PURPOSE [OPTIONS OF SHUF]: the lines in an order that the seed and the purpose decide
shuffled() {
    local purpose=$1
    shift
    shuf "$@" --random-source=<(openssl enc -aes-256-ctr -pass "pass:$seed$purpose" -nosalt -pbkdf2 </dev/zero 2>/dev/null)
}

# data/pictures/*.png and data/labels.csv, with wrong labels; truth.csv beside them: picture, label, true class
make_data() {
    mkdir -p "$runs/unpacked" "$runs/data/pictures"
    unzip -Z1 "$DATA" '*/train/*.png' | LC_ALL=C sort >"$runs/all"
    for class in "${classes[@]}"; do
        grep "/train/$class/" "$runs/all" | shuffled "$class" -n "$pictures"
    done >"$runs/chosen"
    unzip -q -o -d "$runs/unpacked" "$DATA" '*/train/*.png'
    awk -F/ '{ print $0 "," $(NF - 1) "-" $NF "," $(NF - 1) }' "$runs/chosen" >"$runs/named"
    while IFS=, read -r file name _; do mv "$runs/unpacked/$file" "$runs/data/pictures/$name"; done <"$runs/named"
    rm -r "$runs/unpacked"
    # each wrong label is one of the nine others, all equally often
    shuffled flips <"$runs/named" | awk -F, -v share="$share" -v list="${classes[*]}" '
        BEGIN { n = split(list, class, " "); for (i = 1; i <= n; i++) place[class[i]] = i }
        { row[NR] = $0 }
        END {
            for (i = 1; i <= NR; i++) {
                split(row[i], part, ",")
                label = part[3]
                if (i <= share * NR + 0.5) label = class[(place[label] + (i - 1) % (n - 1)) % n + 1]
                print "pictures/" part[2] "," label "," part[3]
            }
        }' | LC_ALL=C sort >"$runs/truth.csv"
    { echo image,label && cut -d, -f1,2 "$runs/truth.csv"; } >"$runs/data/labels.csv"
}

[ -e "$runs/data/labels.csv" ] || make_data
if [ -e "$runs/cv/cv.yaml" ]; then
    "$lince" cv --resume "$runs/cv"
else
    "$lince" cv --data "$runs/data" --out "$runs/cv" --seed "$seed" "$@"
fi

awk -F, '
    FNR == NR { path = $1; if ($2 != $3) { wrong[path] = $3; flipped++ } next }
    FNR > 1 { listed++; if ($2 in wrong) { right++; sum += right / listed; named += $5 == wrong[$2] }
              if (listed == 100) first = right; if (listed == flipped) even = right }
    END {
        printf "labels made wrong: %d; listed: %d, of them made wrong: %d\n", flipped, listed, right
        printf "precision %.1f %%, recall %.1f %%, average precision %.3f\n", 100 * right / listed, 100 * right / flipped, sum / flipped
        printf "of the first 100: %d; of as many as were made wrong: %d (%.1f %%); true class suggested: %d\n", first, even,
            100 * even / flipped, named
    }' "$runs/truth.csv" "$runs/cv/label_issues.csv"
