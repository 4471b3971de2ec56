# lince cv: every sample tested once, killed and gone on with, label errors, two compared, and what it refuses. usage: test_cv.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" cv

# texts of one word each; in each class one has the other's name
{
    echo topic,label,text
    for i in $(seq 1 40); do
        word=$([ $((i % 2)) -eq 0 ] && echo lovely || echo awful)
        label=$([ $word = lovely ] && echo good || echo bad)
        [ $i -eq 7 ] && label=good
        [ $i -eq 20 ] && label=bad
        echo "t$((i % 8)),$label,$word number$i"
    done
} >texts.csv
small="--embedding 4 --hidden 4 --lr 0.05 --batch-size 4 --epochs 8 --threads 1 --quiet"

# every sample once, by folds as large as each other; tables, JSON and page
# shellcheck disable=SC2086
done_with cv --data texts.csv --folds 4 --folds-of all $small --out whole
grep -q '^fold 4 ' out && grep -q 'over 4 folds' out || wrong "no table or verdict:"
for file in cv.yaml cv.json predictions.csv label_issues.csv report.html report.md plots/confusion.svg fold-4/test.json fold-4/probabilities.csv; do
    [ -s "whole/$file" ] || wrong "whole/$file is missing"
done
[ -e whole/fold-1/report.html ] && wrong "a fold has a report of its own"
head -1 whole/predictions.csv | grep -qx 'path,fold,true,predicted,probability,bad,good' || wrong "predictions.csv has another header"
[ "$(tail -n +2 whole/predictions.csv | cut -d, -f1 | sort -u | wc -l)" -eq 40 ] || wrong "not every sample was tested once"
[ "$(tail -n +2 whole/predictions.csv | cut -d, -f2 | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = "10 10 10 10 " ] ||
    wrong "the folds are not equally large"
grep -q '"corrected low"' whole/cv.json || wrong "cv.json has no intervals"

# the two wrong labels, of rows 8 and 21 (the header is row 1), are found, and suggested as they should be
cut -d, -f2,4,5 whole/label_issues.csv | grep -qx '8,good,bad' && cut -d, -f2,4,5 whole/label_issues.csv | grep -qx '21,bad,good' ||
    { cat whole/label_issues.csv >out && wrong "the wrong labels are not found:"; }
[ "$(wc -l <whole/label_issues.csv)" -eq 3 ] || { cat whole/label_issues.csv >out && wrong "more than the wrong labels is listed:"; }
grep -q 'awful number7' whole/report.md || wrong "the report does not show the text"

# killed at any moment and gone on with, it ends with the same bits
# shellcheck disable=SC2086
"$lince" cv --data texts.csv --folds 4 --folds-of all $small --out killed >/dev/null 2>&1 </dev/null &
until [ -e killed/cv.yaml ] || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
sleep 0.1
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
timeout -s KILL 0.3 "$lince" cv --resume killed --quiet >/dev/null 2>&1
mkdir -p killed/fold-3 # as a kill between two steps leaves it
done_with cv --resume killed --quiet
for file in predictions.csv label_issues.csv fold-1/weights/best.safetensors fold-4/weights/last.safetensors; do
    cmp -s whole/$file killed/$file || wrong "gone on with, $file is another"
done
expect 2 "was begun with '8'" cv --resume whole --epochs 9
expect 1 'a cross-validation, and no run' report whole
expect 1 'a cross-validation, and no run' info whole
expect 1 'a cross-validation, and no run' eval --run whole
expect 1 'has no cv.yaml' cv --resume whole/fold-1

# Ctrl-C (a script's job ignores SIGINT unless told otherwise)
# shellcheck disable=SC2086
env --default-signal=INT "$lince" cv --data texts.csv --folds 2 $small --epochs 100000 --out stopped >out 2>err &
for _ in $(seq 100); do [ -e stopped/fold-1/config.yaml ] && break || sleep 0.1; done
kill -INT $!
wait $!
code=$?
[ $code -eq 130 ] && grep -q 'cv --resume stopped' err || wrong "interrupted: expected 130 and the way on, found $code"

# groups, pictures, Spanish; the test part is left alone
# shellcheck disable=SC2086
done_with cv --data texts.csv --folds 2 --group-column topic --split-by group $small --out grouped --lang es
grep -q 'pliegue 2' out && grep -q 'grupos enteros (topic)' grouped/report.md || wrong "not in Spanish, or not by groups"
grep -q 'Muestras de la parte de prueba' grouped/report.md || wrong "it is not told that the test part is left alone"
"$lince" synth images shapes --n 120 --seed 1 >/dev/null
done_with cv --data shapes --folds 2 --model resnet20 --epochs 1 --batch-size 16 --threads 1 --out pictures
[ "$(wc -l <pictures/predictions.csv)" -eq 101 ] && grep -q 'samples of the data.s test part that are left alone: 20' err ||
    wrong "the test part is not left alone"
[ -s pictures/plots/label_issues.png ] && grep -q 'plots/label_issues.svg' pictures/report.md || wrong "there is no sheet of pictures"

# of a model that guesses the list is not the labels' fault; of one that learned it is
grep -q 'may be their own mistakes' pictures/report.md || wrong "it is not told that the models are weak"
grep -q 'may be their own mistakes' whole/report.md && wrong "models that learned are called weak"

# two settings on the same folds
# shellcheck disable=SC2086
done_with cv --data texts.csv --folds 4 --folds-of all $small --epochs 1 --no-report --out short
[ -e short/report.html ] && wrong "--no-report writes one"
done_with compare whole short --out against --json --quiet
grep -q '"p": ' against/compare.json && grep -q 'What the test takes for granted' against/compare.md || wrong "no test, or no assumptions"
# t = mean / sqrt((1/k + 1/(k-1)) s^2), from the folds' own figures
t=$(for run in whole short; do sed -n 's/^      "accuracy": \([0-9.]*\),$/\1/p' $run/cv.json; done | awk '
    { v[NR] = $1 }
    END { for (i = 1; i <= 4; i++) { d[i] = v[i] - v[i + 4]; m += d[i] / 4 }
          for (i = 1; i <= 4; i++) s += (d[i] - m) ^ 2 / 3
          printf "%.4f", m / sqrt((1 / 4 + 1 / 3) * s) }')
grep -o '"t": -\{0,1\}[0-9.]*' against/compare.json | head -1 | awk -v t="$t" '{ exit !(($2 - t) ^ 2 < 1e-6) }' || wrong "t is not $t"
expect 1 'their folds are not the same' compare whole grouped
expect 2 'whole and ./whole are one cross-validation' compare whole ./whole
expect 2 'of cross-validations two are compared' compare whole short whole/fold-1

# refused, and nothing is left behind
# shellcheck disable=SC2086
{
    expect 2 "the class 'bad' has fewer samples, 20" cv --data texts.csv --folds 30 --folds-of all $small --out refused
    expect 2 'there are fewer groups, 8' cv --data texts.csv --folds 10 --folds-of all --group-column topic $small --out refused
    expect 2 'say what belongs together' cv --data texts.csv --folds 2 --split-by group $small --out refused
    expect 2 'would choose each fold.s best epoch by what it is tested on' cv --data texts.csv --val-on-test --out refused
    expect 2 'expected 2 or more' cv --data texts.csv --folds 1 --out refused
    expect 2 'trains for each' cv --data texts.csv --fold 1 --out refused
    head -5 texts.csv | sed 's/,good,/,bad,/' >one.csv
    expect 1 'one class' cv --data one.csv --out refused
}
[ -e refused ] && wrong "a refused cross-validation left a folder"
finish
