# Views of a picture, temperatures, and answers that are not sure enough, as a user asks for them. usage: test_confidence.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" confidence

says() { grep -qF -- "$1" "$2" || wrong "$2 does not say '$1'"; }
# number FILE KEY...: a value of a JSON file
number() { python3 -c 'import json,sys
v = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: v = v[key]
print(v)' "$@"; }
holds() { python3 -c "import sys; sys.exit(not ($1))" || wrong "not so: $1"; }

"$lince" synth images data --n 240 --seed 1 >/dev/null
small=(--data data --model resnet20 --epochs 2 --batch-size 8 --train-limit 12 --threads 1 --quiet --lang en)

# --- a run that is calibrated and tested with views says so, and is asked as it was tested ---
done_with train "${small[@]}" --tta flip --calibrate --val-split 0.2 --out flipped
says 'lince.temperature = ' <("$lince" info flipped/weights/best.safetensors)
says 'Each answer is the mean of two' flipped/report.md
says 'All scores are divided by' flipped/report.md
says 'Calibration of the same test without the temperature' flipped/report.md
[ -s flipped/plots/calibration_before.svg ] || wrong "no figure of the calibration before"
holds "$(number flipped/test.json tta views) == 2"
before=$(number flipped/calibration.json before loss) after=$(number flipped/calibration.json after loss)
holds "$after <= $before"
holds "$(number flipped/test.json temperature after loss) - $(number flipped/test.json loss) < 1e-6"
holds "$(number flipped/explain.json again difference) < 1e-4"
done_with eval --run flipped --json --lang en
cp out asked.json
holds "abs($(number asked.json loss) - $(number flipped/test.json loss)) < 1e-5"
done_with eval --run flipped --tta crops --json
holds "$(number out tta views) == 6"
done_with eval --run flipped --tta none --lang en
picture=data/test/disc/0005.png
[ "$("$lince" predict --run flipped --json $picture)" != "$("$lince" predict --run flipped --tta none --json $picture)" ] ||
    wrong "--tta none changes nothing"
[ "$("$lince" predict --run flipped --json $picture)" = "$("$lince" predict --run flipped --tta flip --json $picture)" ] ||
    wrong "predict does not use the run's views"

# --- afterwards: no prediction changes, the run's test is measured again, the file alone has it too ---
done_with train "${small[@]}" --no-report --out plain
accuracy=$(number plain/test.json accuracy)
cut -d, -f1-3 plain/predictions.csv >predicted
done_with eval --run plain --calibrate --json --lang en
holds "$(number plain/test.json accuracy) == $accuracy"
cut -d, -f1-3 plain/predictions.csv | cmp -s - predicted || wrong "a temperature changed predictions"
holds "$(number plain/test.json temperature value) == $(number plain/calibration.json value)"
[ "$("$lince" predict --run plain --json $picture)" = "$("$lince" predict --weights plain/weights/best.safetensors --json $picture)" ] ||
    wrong "run and weights file differ in temperature"
done_with convert plain/weights/best.safetensors plain.pth
says 'lince.temperature = ' <("$lince" info plain.pth)
expect 2 'needs a run' eval --weights plain.pth --data data --calibrate

# --- unsure answers ---
done_with predict --run plain --min-confidence 1 --lang es $picture
grep -q "^$picture	desconocido	0\." out || wrong "not 'desconocido'"
done_with predict --run plain --min-confidence 1 --json $picture
says '"class":null,"probability":0.' out
done_with predict --run plain --min-confidence 1 --csv $picture
grep -q "^$picture,,0\." out || wrong "not an empty field"
done_with predict --run plain --min-confidence 0 $picture
grep -q unknown out && wrong "unknown at 0"
done_with predict --run plain --min-confidence auto:0.01 --lang en $picture # as many as are right at all
says 'of the ' err
cp plain/confidence.json kept
mv data elsewhere # what was kept is enough
done_with predict --run plain --min-confidence auto:0.01 "elsewhere/${picture#data/}"
mv elsewhere data
cmp -s plain/confidence.json kept || wrong "kept answers were written anew"
done_with eval --run plain --min-confidence 0.1 --lang en
says 'confidence of 0.1 or more: ' out
done_with eval --run plain --min-confidence 0.1 --json
holds "$(number out min_confidence coverage) <= 1"
expect 2 'expected a number from 0 to 1, or auto:0.95' predict --run plain --min-confidence most $picture
expect 2 'needs a run' predict --weights plain.pth --min-confidence auto:0.9 $picture

# --- where there is nothing to fit on; views are of pictures ---
expect 1 'there is no validation part to fit the temperature on' train "${small[@]}" --val-split 0 --calibrate --out none
expect 2 'must not decide anything' train "${small[@]}" --val-on-test --calibrate --out none
done_with train "${small[@]}" --val-split 0 --no-report --out alone
expect 1 '--calibrate: data: has no val' eval --run alone --calibrate
expect 1 '--min-confidence: data: has no val' predict --run alone --min-confidence auto:0.9 $picture
expect 2 'expected one of none|flip|crops' predict --run plain --tta ten $picture

"$lince" synth tweets texts --n 200 >/dev/null
done_with train --data texts/tweets.csv --model rnn --hidden 16 --epochs 2 --threads 1 --quiet --lang en --no-report --calibrate --out tweets
holds "$(number tweets/calibration.json after loss) <= $(number tweets/calibration.json before loss)"
done_with predict --run tweets --min-confidence 1 --lang en --text "it was good"
says '	unknown	' out
expect 2 'views are of pictures' predict --run tweets --tta flip --text good
expect 2 'views are of pictures' train --data texts/tweets.csv --model rnn --tta flip --quiet --out none
finish
