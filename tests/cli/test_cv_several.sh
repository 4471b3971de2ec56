# lince cv of samples with several labels: each tested once, labels that are missing or there by mistake, two compared. usage:
# test_cv_several.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" cv_several

# texts that name their labels, but for one that lacks a label and one that has one too many
python3 - <<'EOF'
import csv
words = ["apple", "bread", "cheese"]
with open("texts.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["text", "labels"])
    for i in range(96):
        own = [words[k] for k in range(3) if i >> k & 1]
        labels = set(own) - ({"apple"} if i == 9 else set()) | ({"bread"} if i == 20 else set())
        w.writerow([" ".join(own + ["number%d" % i]), "|".join(sorted(labels))])
EOF
small="--data texts.csv --labels several --folds 4 --folds-of all --model rnn --read mean --hidden 16 --embedding 8 --lr 0.03 --batch-size 4
    --epochs 20 --val-split 0.2 --seed 3 --threads 1 --find-duplicates no --quiet"

# shellcheck disable=SC2086
done_with cv $small --threshold auto --lang en --out whole
grep -q '^fold 4 ' out && grep -q 'mAP' out && grep -q 'Mean average precision .* over 4 folds' out || wrong "no table or verdict:"
for file in cv.json predictions.csv label_issues.csv report.html report.md fold-4/probabilities.csv; do
    [ -s "whole/$file" ] || wrong "whole/$file is missing"
done
[ -e whole/plots/confusion.svg ] && wrong "there is a confusion matrix of several labels"

# every sample once, its answers by its own fold's thresholds; folds with the same share of each label; figures from them
python3 - <<'EOF' || wrong "what is told of all samples is not what the folds say"
import csv, json, math, statistics
rows = list(csv.DictReader(open("whole/predictions.csv")))
assert list(rows[0]) == ["path", "fold", "true", "predicted", "apple", "bread", "cheese"], rows[0]
assert len({r["path"] for r in rows}) == len(rows) == 96
classes = ["apple", "bread", "cheese"]
tests = [json.load(open("whole/fold-%d/test.json" % k)) for k in range(1, 5)]
split = lambda text: set(text.split("|")) - {""}
right = 0
for r in rows:
    threshold = tests[int(r["fold"]) - 1]["thresholds"]
    assert split(r["predicted"]) == {c for c in classes if float(r[c]) >= threshold[c]}, r
    right += split(r["predicted"]) == split(r["true"])
for k in "1234":
    own = [split(r["true"]) for r in rows if r["fold"] == k]
    assert len(own) == 24 and all(9 <= sum(c in o for o in own) <= 15 for c in classes), (k, own)
cv = json.load(open("whole/cv.json"))
assert abs(cv["out of fold"]["accuracy"] - right / 96) < 1e-8 and cv["out of fold"]["labels"] == "several"
values = [t["average precision"]["macro avg"] for t in tests]
spread = cv["measures"]["mean average precision"]
assert abs(spread["mean"] - statistics.mean(values)) < 1e-8 and abs(spread["deviation"] - statistics.stdev(values)) < 1e-8
half = 3.182446305284263 * statistics.stdev(values) * math.sqrt(1 / 4 + 1 / 3)
assert abs(spread["corrected low"] - max(0, spread["mean"] - half)) < 1e-6, spread
assert abs(cv["measures"]["micro f1-score"]["mean"] - statistics.mean(t["micro avg"]["f1-score"] for t in tests)) < 1e-8
EOF

# of the text in row 11 apple is missing, and that in row 22 has bread by mistake
head -1 whole/label_issues.csv | grep -qx 'rank,path,fold,class,label,suggested,label_probability,suggested_probability,margin' &&
    cut -d, -f2,4-6 whole/label_issues.csv | grep -qx '11,apple,0,1' && cut -d, -f2,4-6 whole/label_issues.csv | grep -qx '22,bread,1,0' ||
    { cat whole/label_issues.csv >out && wrong "the wrong labels are not found:"; }
[ "$(wc -l <whole/label_issues.csv)" -le 20 ] || { cat whole/label_issues.csv >out && wrong "far more than the wrong labels is listed:"; }
grep -q 'apple number9 | without apple | with |' whole/report.md || wrong "the report does not show the text"

# gone on with, it ends with the same bits
cp -r whole again && rm -r again/fold-3 again/fold-4 again/predictions.csv
done_with cv --resume again --quiet --no-report
cmp -s whole/predictions.csv again/predictions.csv && cmp -s whole/label_issues.csv again/label_issues.csv || wrong "gone on with, it is another"

# of two settings it is told whether the difference is more than luck
# shellcheck disable=SC2086
done_with cv $small --epochs 1 --calibrate --no-report --out short
done_with compare whole short --out against --lang es
grep -q 'precisión media promediada' out && grep -q 'pliegue a pliegue' against/compare.md || wrong "no verdict in Spanish:"
python3 - <<'EOF' || wrong "t is not that of the folds' differences"
import json, math, statistics
of = [[e["mean average precision"] for e in json.load(open(f + "/cv.json"))["each"]] for f in ("whole", "short")]
over = [a - b for a, b in zip(*of)]
t = statistics.mean(over) / (math.sqrt(1 / 4 + 1 / 3) * statistics.stdev(over))
told = json.load(open("against/compare.json"))["first minus second"]["mean average precision"]
assert abs(told["t"] - t) < 1e-5 and abs(told["mean"] - statistics.mean(over)) < 1e-8, (told, t)
EOF
awk -F, -v OFS=, 'NR > 1 { $2 = $2 == "" ? "none" : "some" } { print }' texts.csv >one.csv
one=${small/texts.csv --labels several/one.csv}
# shellcheck disable=SC2086
done_with cv $one --epochs 1 --no-report --out one
expect 1 'their folds are not the same' compare short one

# a fold without a sample would have no test; one without a label has one
head -13 texts.csv >few.csv
few=${small/texts.csv/few.csv}
# shellcheck disable=SC2086
expect 2 'there are fewer samples, 12' cv $few --folds 20 --out none
[ -e none ] && wrong "a refused cross-validation left a folder"
# shellcheck disable=SC2086
done_with cv $few --folds 12 --epochs 1 --lang en --out each
grep -q nan each/report.md && wrong "the page has no words for what is not defined"
grep -q 'mAP is not defined in every fold' out && ! grep -q nan out || wrong "what is not defined is not told in words:"
[ "$(wc -l <each/predictions.csv)" -eq 13 ] || wrong "not every sample was left out once"

# pictures, a sheet of them; groups
"$lince" synth images many --labels many --n 60 --seed 1 >/dev/null
done_with cv --data many --folds 2 --folds-of all --model speednet8 --epochs 1 --batch-size 10 --threads 1 --group-pattern '([0-9])\.png' \
    --split-by group --lang en --out pictures
[ "$(wc -l <pictures/predictions.csv)" -eq 61 ] && grep -q 'whole groups' pictures/report.md || wrong "pictures"
if [ "$(wc -l <pictures/label_issues.csv)" -gt 1 ]; then
    [ -s pictures/plots/label_issues.png ] || wrong "there is no sheet of pictures"
fi
finish
