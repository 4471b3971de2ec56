# A kind of samples is one file and one row: the program with one more, rows of numbers (numbers.c), does with them all that
# it does with pictures and texts. usage: test_numbers.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" numbers

# prints PATTERN ARGUMENTS...: exit code 0, and that pattern on standard output
prints() {
    local pattern=$1
    shift
    done_with "$@"
    grep -qE -- "$pattern" out || wrong "lince $*: expected '$pattern'"
}

# Two classes of points: inside of a circle, and outside.
awk 'BEGIN { srand(7); print "x,y,label"; for (i = 0; i < 300; i++) { x = 4 * rand() - 2; y = 4 * rand() - 2
    printf "%.4f,%.4f,%s\n", x, y, x * x + y * y < 2 ? "inside" : "outside" } }' >points.csv
small=(--threads 1 --seed 3 --lang en)

# what they are
prints 'points.csv: numbers; classes: 2; samples for training: 300' info points.csv --lang en
done_with info points.csv --json
grep -q '"per_class"' out || wrong "info has no counts"

# training, with the report; it learns
done_with train --data points.csv --out run --epochs 30 "${small[@]}"
grep -q 'the recipe of mlp' err || wrong "it does not say what it chose"
grep -q '"modality": "numbers"' run/data.json && grep -q '"columns": 2' run/data.json || wrong "data.json does not say what they are"
accuracy=$(grep -o '"accuracy": *[0-9.]*' run/test.json | head -1 | tr -dc 0-9.)
awk "BEGIN { exit !($accuracy > 0.9) }" || wrong "nothing was learned: $accuracy"
[ -s run/report.html ] && grep -q 'mlp' run/report.md || wrong "there is no report"
grep -v '^| `--' run/report.md | grep -iE 'picture|texts' >spoken && wrong "the report speaks of pictures or texts: $(head -1 spoken)"
prints '"name": "mlp"' info run --json

# interrupted and resumed: the same weights
interrupted parts train --data points.csv --out parts --epochs 30 "${small[@]}" --no-report --checkpoint-every 0.00001
done_with train --resume parts --lang en
cmp -s run/weights/last.safetensors parts/weights/last.safetensors || wrong "a resumed run has other weights"

# evaluated, on its own data and on others
prints 'weighted avg' eval --run run --quiet
printf 'x,y,label\n0,0,inside\n2,2,outside\n-1.9,1.8,outside\n' >other.csv
prints '"n": 3' eval --run run --data other.csv --json --quiet
printf 'x,y,z,label\n0,0,1,inside\n2,2,1,outside\n' >wider.csv
expect 1 'the model expects 2 numbers in a row' eval --run run --data wider.csv --lang en

# asked
printf '0,0\n1.9,-1.9\n1,2,3\n' >asked.csv
run predict --run run --lang en asked.csv
{ [ $code -eq 1 ] && grep -q "^0,0	inside" out && grep -q '^1.9,-1.9	outside' out && grep -q 'expected 2 numbers' err; } ||
    wrong "its answers: $code"
printf '0,0\n' >one.csv
prints '^\{"row":"0,0","class":"inside"' predict --run run --json one.csv
prints '^row,predicted,probability$' predict --run run --csv one.csv
expect 1 'classifies rows of numbers, not texts' predict --run run --text 'a text' --lang en
expect 2 'views are of pictures' predict --run run --tta flip one.csv --lang en

# and what is of other kinds is told from it
expect 2 '--model resnet18 is for pictures, and points.csv holds rows of numbers; choose mlp' train --data points.csv --model resnet18 --lang en
"$lince" synth images pictures --n 60 --seed 1 >/dev/null
expect 2 '--model mlp is for rows of numbers, and pictures holds pictures' train --data pictures --model mlp --lang en
expect 1 'pictures holds pictures, and mlp classifies rows of numbers' eval --run run --data pictures --lang en --quiet
"$lince" synth tweets tweets --n 60 --seed 2 >/dev/null
prints '^tweets: csv' info tweets --lang en

# copies in two parts are found; two runs are compared
sed -n '1p;2,40p;2,40p' points.csv >twice.csv
done_with train --data twice.csv --out twice --epochs 1 "${small[@]}"
grep -q 'warning: rows of the test part that are also in the training part' err || wrong "copies were not found:"
grep -q 'Samples of the test part that are also in the training part' twice/report.md || wrong "the report does not tell of copies"
done_with train --data points.csv --out deeper --epochs 5 --head 8,8 "${small[@]}" --no-report
done_with compare run deeper --out compared --lang en
[ -s compared/compare.html ] || wrong "there is no comparison"
done_with cv --data points.csv --folds 2 --epochs 3 "${small[@]}" --out folds
grep -q 'points.csv' folds/report.md || wrong "there is no page of the cross-validation"
expect 2 '--mixup: batches of rows of numbers are not mixed' train --data points.csv --mixup 0.2 --lang en
expect 2 '--mels 32: is for recordings, and points.csv holds rows of numbers' train --data points.csv --mels 32 --lang en
expect 2 'tune: embedding cannot vary: it is a setting of texts, and points.csv holds rows of numbers' tune --data points.csv embedding=4,8 --trials 2 --lang en
finish
