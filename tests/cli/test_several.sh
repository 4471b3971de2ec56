# Samples of several labels, from data to answers. usage: test_several.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" several

"$lince" synth images many --labels many --n 60 --seed 1 >/dev/null || wrong "synth --labels many"
[ "$(head -1 many/labels.csv)" = path,labels ] && [ "$(wc -l <many/labels.csv)" -eq 61 ] || wrong "labels.csv of synth"
cat >texts.csv <<'END'
text,labels,part
good game and a fine day,good|game,train
bad game today,game,train
nothing to say here,,train
good morning,good,train
what a game so good,good|game,train
a plain text,,train
a game that was good,good|game,val
no text like this,,val
good again,good,val
a good game,good|game,test
no more of it,,test
game over,game|rare,test
END
training=(--model gru --hidden 8 --embedding 8 --batch-size 4 --epochs 3 --lr 0.05 --seed 5 --threads 1 --lang en
    --no-report --split-column part --scheduler constant --find-duplicates no)

# The loss is chosen by itself, the thresholds on the validation part; what only a test sample has is said.
done_with train --data texts.csv "${training[@]}" --threshold auto --out run
grep -qx 'loss: binary-cross-entropy' run/config.yaml || wrong "config.yaml does not name the loss"
grep -q 'classes that the training part lacks: 1 (rare)' err || wrong "a label without a training sample is not told"
grep -q 'thresholds of the best F1 on the validation part' err || wrong "thresholds are not told"
head -1 run/predictions.csv | grep -qx 'path,true,predicted,game,good,rare' || wrong "the columns of predictions.csv"
grep -q '"labels": "several"' run/test.json || wrong "test.json does not say that there are several labels"

# One definition in training and evaluation.
json() { sed -n "s/.*\"$1\": \([0-9.e-]*\).*/\1/p" out | head -1; }
done_with eval --run run --split val --json --threshold 0.5
awk -v a="$(json loss)" -v b="$(tail -1 run/results.csv | cut -d, -f5)" 'BEGIN {exit !(a > 0 && (a - b)^2 < 1e-10)}' ||
    wrong "evaluated, the validation part's loss is not the last epoch's"
done_with eval --run run --json --predictions predictions.csv
cmp -s predictions.csv run/predictions.csv || wrong "eval answers otherwise than the run's test"
done_with eval --run run
grep -q 'samples avg' out && grep -q 'mean average precision' out || wrong "the evaluation's report"

# The run that was interrupted, and went on, is the same; mixing, smoothing and weights have a meaning, or are refused.
done_with train --data texts.csv "${training[@]}" --threshold auto --epochs 1 --keep-checkpoint --out resumed
done_with train --resume resumed --epochs 3
cmp -s run/predictions.csv resumed/predictions.csv || wrong "a resumed run answers otherwise"
done_with train --data texts.csv "${training[@]}" --loss sigmoid-focal --positive-weights balanced --class-weights good=2 \
    --label-smoothing 0.1 --sampler balanced --out weighed
grep -q '"positive_weights"' weighed/data.json || wrong "data.json does not tell of the weights"
done_with train --data texts.csv "${training[@]}" --loss cross-entropy --out shared
grep -q '"criterion": {' shared/test.json || wrong "the evaluation does not tell that its loss is of a softmax"
expect 2 'and --loss cross-entropy is of a softmax' train --data texts.csv "${training[@]}" --loss cross-entropy --calibrate --out no
expect 2 'and --loss cross-entropy is of a softmax' eval --run shared --calibrate
expect 2 'expected a number between 0 and 1, or auto' train --data texts.csv "${training[@]}" --threshold 2 --out no
printf 'text,label\nso good,a\nso bad,b\nvery good,a\nvery bad,b\n' >one.csv
expect 2 'is for samples of several labels' train --data one.csv --model gru --loss binary-cross-entropy --out no
expect 2 'is for samples of several labels' train --data one.csv --model gru --threshold auto --out no

# One temperature for all sigmoids, and thresholds that are chosen with it; the same whether fitted at once or afterwards.
number() { python3 -c 'import json, functools, sys; print(functools.reduce(lambda o, k: o[k], sys.argv[2:], json.load(open(sys.argv[1]))))' "$@"; }
done_with train --data texts.csv "${training[@]}" --threshold auto --calibrate --out warm
grep -q 'calibrated: temperature' err || wrong "the temperature is not told"
awk -v a="$(number warm/calibration.json after loss)" -v b="$(number warm/calibration.json before loss)" 'BEGIN { exit !(a <= b) }' ||
    wrong "the temperature makes the validation part's loss larger"
[ "$(number warm/test.json loss)" = "$(number warm/test.json temperature after loss)" ] || wrong "the test's loss is not that at the temperature"
[ "$(number warm/test.json temperature before loss)" = "$(number run/test.json loss)" ] || wrong "without the temperature the loss is another"
cp -r run late
done_with eval --run late --calibrate --json
cmp -s late/test.json warm/test.json && cmp -s late/predictions.csv warm/predictions.csv && cmp -s late/calibration.json warm/calibration.json ||
    wrong "calibrated afterwards, the run answers otherwise"
python3 -c 'import json; assert json.load(open("out")) == json.load(open("late/test.json"))' || wrong "eval --calibrate answers otherwise than the run's test"
done_with report late --lang en
grep -q "before each class's sigmoid" late/report.md && [ -s late/plots/calibration.svg ] && [ -s late/plots/calibration_before.svg ] ||
    wrong "the report does not tell of the temperature"

# Answers: all labels above their threshold, in lines, JSON and CSV; none is an answer, too.
done_with predict --run run --text 'a good game' --threshold 0.0001
[ "$(awk -F'\t' '{print NF}' out)" -eq 7 ] || wrong "not all labels are answered"
done_with predict --run run --text 'a good game' --threshold 0.9999
grep -q "$(printf '\tnone$')" out || wrong "no label is no answer"
done_with predict --run run --text 'a good game' --json --threshold 0.0001
grep -q '"labels":\["' out || wrong "labels are not in the JSON"
done_with predict --run run --text 'a good game' --csv --threshold 0.0001
grep -Eq '^a good game,[a-z]+\|[a-z]+\|[a-z]+,0\.[0-9]+\|' out || wrong "labels are not in the CSV"
expect 2 'is of one answer a sample' predict --run run --text good --min-confidence 0.5

# The report tells of both, and what is of one label alone is refused by name.
done_with report run --lang es
grep -q 'mAP' run/report.md && grep -q 'pérdida de Hamming' run/report.md || wrong "the report"
grep -q 'Las etiquetas más difíciles y cómo fallan' run/report.md && grep -q '^### Los peores errores' run/report.md &&
    grep -qE 'pasada por alto|respondida, aunque no está' run/report.md || wrong "the report has no errors of labels"
grep -qE '"found": "(missed|wrong)"' run/explain.json && grep -q '"lost"' run/explain.json || wrong "explain.json has no errors of labels"
done_with compare run weighed --out both
grep -q 'mAP' out && grep -q '"micro f1-score over the best"' both/compare.json && [ -s both/compare.html ] || wrong "the comparison"
python3 - <<'EOF' || wrong "the comparison's mean average precision"
import json
for r in json.load(open("both/compare.json"))["runs"]:
    a, test = r["mean average precision"], json.load(open(r["run"] + "/test.json"))
    assert abs(a["value"] - test["average precision"]["macro avg"]) < 1e-8 and a["low"] <= a["value"] <= a["high"], (a, test)
    assert r["mean average precision over the best"]["low"] <= r["mean average precision over the best"]["high"]
EOF
done_with info texts.csv
grep -q 'a sample has any number of labels' out || wrong "info"

# A column of 0 and 1 for each class: any number of labels, or where each row marks one, that.
mkdir -p marks
printf 'id,text,good,game\nx1,a good game,1,1\nx2,a good day,1,0\nx3,no more,0,0\nx4,games again,0,1\n' >marks/train.csv
printf 'id,text,game,good\ny1,so good,0,1\ny2,bad game,1,0\n' >marks/test.csv
done_with info marks --lang en
grep -q 'a sample has any number of labels; without any: 1 for training' out && grep -q 'columns of 0 and 1 that are classes: 2' out || wrong "columns of 0 and 1"
grep -qE '^good +2 +0 +1$' out && grep -qE '^game +2 +0 +1$' out || wrong "classes are not found by their columns' names"
awk -F'\t' -v OFS='\t' 'BEGIN { print "text", "good", "bad" } END { for (i = 0; i < 12; i++) print "text number " i, i % 2, 1 - i % 2 }' </dev/null >one.tsv
done_with info one.tsv --lang en
grep -q 'any number of labels' out && wrong "rows that mark one class each have several labels"
grep -qE '^good +6 ' out || wrong "a class is counted wrongly"
sed -i '$s/.*/text number 11\t1\t1/' one.tsv && cp one.tsv marks/test.csv && sed '$d' one.tsv >marks/train.csv
expect 1 'classes that are marked: 2, and one in each row of the first file' info marks --lang en
done_with info marks --labels several
sed -i '2s/0\t1/0\tx/' one.tsv && cp one.tsv near.tsv
awk -F'\t' -v OFS='\t' '{ print $0, NR == 1 ? "third" : NR % 2 }' near.tsv >near3.tsv
done_with info near3.tsv --lang en
grep -q 'column 3 (bad) is no class' out || wrong "a column that is nearly one of a class is not told of"

# Pictures: one step, mixed.
done_with train --data many --model speednet8 --epochs 1 --batch-size 10 --mixup 0.4 --threads 1 --no-report --group-pattern '([0-4])\.png' --out pictures
done_with report pictures
[ -s pictures/plots/gradcam.svg ] && [ -s pictures/plots/errors.svg ] && grep -q '"found": "missed"' pictures/explain.json ||
    wrong "the report shows no labels that were missed"
grep -q '"name": "3"' pictures/test.json || wrong "there are no results by group"
done_with predict --run pictures many/test/00050.png

# A label that has the separator in its name stays one label.
python3 - <<'EOF'
import csv, json
with open("names.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["text", "labels"])
    for i in range(24): w.writerow(["word%d of many" % i, json.dumps([["a|b"], ["a|b", "say \"c\""], ["c"], []][i % 4])])
EOF
done_with train --data names.csv --model gru --hidden 4 --embedding 4 --epochs 1 --batch-size 4 --test-split 0.3 --threads 1 --no-report --out names
python3 - <<'EOF' || wrong "labels with a separator in their name cannot be told from two"
import csv, json
known = {frozenset(["a|b"]), frozenset(["a|b", 'say "c"']), frozenset(["c"]), frozenset()}
for r in csv.DictReader(open("names/predictions.csv")):
    labels = json.loads(r["true"]) if r["true"].startswith("[") else r["true"].split("|") if r["true"] else []
    assert frozenset(labels) in known, r
EOF
done_with predict --run names --text 'word1 of many' --csv --threshold 0.0001
python3 -c 'import csv, json; r = list(csv.DictReader(open("out")))[0]; assert sorted(json.loads(r["predicted"])) == ["a|b", "c", "say \"c\""], r' ||
    wrong "predict writes them otherwise"

# Recordings of several labels: a table beside them.
"$lince" synth sounds sounds --n 48 --seed 1 >/dev/null
(cd sounds && echo path,labels && find . -name '*.wav' | sort | sed -E 's:^\./([a-z]+/([a-z]+)/.*):\1,\2:' | sed -E 's:(hiss|roll)$:\1|noisy:') >table.csv && mv table.csv sounds/labels.csv
done_with train --data sounds --model resnet20 --epochs 1 --mels 8 --fft 256 --hop 256 --seconds 0.4 --threads 1 --out heard --lang en
grep -q 'mean average precision' err && [ -s heard/plots/heard-1.wav ] && [ -s heard/plots/gradcam.svg ] || wrong "recordings of several labels"
grep -qE '^- \[.* (found|missed|answered, though it is not there) \(' heard/report.md || wrong "players do not say which label"
done_with predict --run heard "$(find sounds/test -name '*.wav' | head -1)" --threshold 0.0001
grep -q noisy out || wrong "a recording is not answered"
done_with eval --run heard
grep -q 'samples avg' out || wrong "recordings are not evaluated"

# The same in one folder, with a column of 0 and 1 for each label: resumed, compared, cross-validated, in windows, from a pipe, by group.
mkdir flat
python3 - <<'EOF'
import csv, glob, os, shutil
with open("flat/labels.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["file", "tone", "noisy", "moving", "split"])
    for path in sorted(glob.glob("sounds/*/*/*.wav")):
        _, part, kind, name = path.split("/")
        shutil.copy(path, "flat/%s_%s" % (kind, name))
        w.writerow(["%s_%s" % (kind, name), int(kind in ("tone", "tremolo")), int(kind in ("hiss", "roll")), int(kind in ("rise", "fall", "roll")), part])
EOF
flat=(--data flat --model resnet20 --mels 8 --fft 256 --hop 256 --seconds 0.4 --threads 1 --batch-size 8 --scheduler constant --lr 0.005 --seed 2
    --group-pattern '_([0-9]+)[.]' --no-report --quiet --lang en)
found=(--threshold auto --calibrate --sound-augment standard)
done_with info flat --lang en
grep -q 'columns of 0 and 1 that are classes: 3' out || wrong "columns of 0 and 1 beside recordings"
done_with train "${flat[@]}" "${found[@]}" --epochs 2 --out flat2
done_with train "${flat[@]}" "${found[@]}" --epochs 1 --keep-checkpoint --out flat1
done_with train --resume flat1 --epochs 2 --quiet
cmp -s flat1/test.json flat2/test.json && cmp -s flat1/predictions.csv flat2/predictions.csv || wrong "recordings, resumed, are answered otherwise"
grep -q '"groups"' flat2/test.json && grep -q '"temperature"' flat2/test.json || wrong "recordings have no results by group, or no temperature"
done_with train "${flat[@]}" --epochs 1 --loss sigmoid-focal --out focal
done_with compare flat2 focal --out heard-both --lang en
grep -q 'mAP' out || wrong "runs on recordings are not compared"
done_with cv "${flat[@]}" --epochs 1 --folds 2 --split-by group --folds-of all --out heard-folds
[ "$(tail -n +2 heard-folds/predictions.csv | wc -l)" -eq 48 ] || wrong "not every recording was tested once"
done_with predict --run flat2 flat/tone_amber_0000.wav --window 0.2 --hop 0.2 --threshold 0.0001
[ "$(grep -c ', 0.[0-9]* s' out)" -ge 2 ] || wrong "no windows of a recording"
"$lince" predict --run flat2 - <flat/tone_amber_0000.wav >piped 2>err && "$lince" predict --run flat2 flat/tone_amber_0000.wav >named 2>err &&
    [ -s piped ] && [ "$(cut -f2- piped)" = "$(cut -f2- named)" ] || wrong "from a pipe it is answered otherwise"
finish
