#!/usr/bin/env bash
# How well wrong labels are found (docs/results.md): pictures of CIFAR-10's training part, some of whose labels are made wrong on
# purpose, are cross-validated, and the list of likely label errors is held against what was made wrong. An interrupted
# cross-validation goes on. Needs Python 3, which only unpacks.
#
#   DATA=cifar10.zip scripts/label-errors.sh LINCE [OPTIONS OF LINCE CV]
#   PICTURES: of each class (1000); SHARE: of the labels that are made wrong (0.02); SEED (1); RUNS: folder (runs/label-errors)
set -euo pipefail
lince=$1
shift
runs=${RUNS:-runs/label-errors}
seed=${SEED:-1}

# data/pictures/*.png and data/labels.csv, with wrong labels, each of the nine others; truth.csv beside them: picture, label,
# true class
make_data() {
    mkdir -p "$runs/data/pictures"
    python3 - "$DATA" "$runs" "${PICTURES:-1000}" "${SHARE:-0.02}" "$seed" <<'EOF'
import random, sys, zipfile
archive, runs, pictures, share, seed = zipfile.ZipFile(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
rng = random.Random(seed)
of_class = {}
for name in sorted(n for n in archive.namelist() if "/train/" in n and n.endswith(".png")):
    of_class.setdefault(name.split("/")[-2], []).append(name)
chosen = [(name, c) for c in sorted(of_class) for name in rng.sample(of_class[c], pictures)]
wrong = {i: rng.choice([c for c in sorted(of_class) if c != chosen[i][1]])
         for i in rng.sample(range(len(chosen)), round(share * len(chosen)))}
with open(f"{runs}/truth.csv", "w") as truth, open(f"{runs}/data/labels.csv", "w") as labels:
    labels.write("image,label\n")
    for i, (name, c) in enumerate(chosen):
        path = f"pictures/{i:05}.png"
        with open(f"{runs}/data/{path}", "wb") as picture:
            picture.write(archive.read(name))
        labels.write(f"{path},{wrong.get(i, c)}\n")
        truth.write(f"{path},{wrong.get(i, c)},{c}\n")
EOF
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
