#!/usr/bin/env bash
# A test part whose pictures or recordings become others, of the same names and sizes, behind a run's back: whatever sets the run's answers beside
# them says so. usage: test_changed.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" changed

# says PATTERN / silent PATTERN: on standard error of the last command
says() { grep -q -- "$1" err || wrong "not said: $1"; }
silent() { grep -q -- "$1" err && wrong "said without a reason: $1"; }

changed='not what .* was tested on'
tiny="--model resnet20 --threads 1 --quiet --no-report"
done_with synth images pictures --n 60 --seed 1
find pictures/test -name '*.png' -exec truncate -s 4096 {} + # nobody reads what stands behind a picture
done_with train --data pictures $tiny --epochs 1 --out run
done_with train --data pictures $tiny --epochs 1 --out again --seed 1
first=$(sed -n '2s/,.*//p' run/predictions.csv)
content=$(grep -o '"content": "[0-9a-f]\{16\}"' run/test.json) || wrong "test.json does not say what it is of"
cut -d, -f1 run/predictions.csv | cmp -s - <(cut -d, -f1 run/contents.csv) || wrong "contents.csv has other rows"

# As they were: nothing to say, wherever they lie.
done_with report run
silent 'it is not the sample'
done_with eval --run run --json
silent "$changed"
grep -qF "$content" out || wrong "eval finds another content than the test"
(cd pictures && tar cf ../pictures.tar .)
done_with eval --run run --data pictures.tar --json
silent "$changed"
grep -qF "$content" out || wrong "in an archive they are others"
done_with compare run again --out same
grep -q 'something else' out && wrong "compare finds others where there are none"

# One of them becomes another.
other=$(sed -n '$s/,.*//p' run/predictions.csv)
cp "pictures/$other" "pictures/$first"
done_with eval --run run
says "$changed"
done_with eval --run run --lang es
says 'no es la misma con la que se probó'
done_with eval --run run --split train
silent "$changed"
for picture in pictures/test/*/*.png; do cp "pictures/$other" "$picture"; done 2>/dev/null
done_with report run
says 'it is not the sample that the run was tested on'
grep -q 'it is not the sample that the run was tested on' run/report.md || wrong "the report does not say it"
[ "$(grep -o '"content": "[0-9a-f]*"' run/test.json)" = "$content" ] || wrong "a report changes what was measured"

# A run that goes on is tested on what there is now, and says that it is something else.
done_with train --resume again --epochs 2 $tiny
says 'not what .* was tested on before'
grep -q '"content": "[0-9a-f]\{16\}"' again/test.json || wrong "the second test does not say what it is of"
grep -qF "$content" again/test.json && wrong "the second test calls itself the first"
done_with compare run again --out apart
grep -q 'samples that hold something else under the same names: [0-9]* of' out || wrong "compare mixes them"
grep -q 'something else under the same names' apart/compare.md || wrong "the page of a comparison mixes them"

# Earlier versions kept none: nothing is known, and nothing said. A damaged test.json does not stop a run that goes on.
sed -i '/"content"/d' run/test.json
rm run/contents.csv
done_with eval --run run
silent "$changed"
done_with report run
silent 'it is not the sample'
done_with compare run again --out early
grep -q 'something else' out && wrong "compare knows what an earlier version did not keep"
echo '{' >again/test.json
done_with train --resume again --epochs 3 $tiny

# Folds of a cross-validation see the same samples.
done_with synth images folded --n 60 --seed 1
find folded -name '*.png' -exec truncate -s 4096 {} +
done_with cv --data folded --folds 2 --folds-of all --image-size 8 $tiny --epochs 1 --out folds
rm -r folds/fold-2
cp -r folds others
done_with cv --resume folds --quiet
pictures=(folded/*/*/*.png)
cp "${pictures[0]}" "${pictures[1]}"
expect 1 'the data have changed since others/fold-1 was trained' cv --resume others --quiet

# Recordings are told by their files.
done_with synth sounds sounds --n 60 --seed 1
done_with train --data sounds $tiny --mels 8 --fft 128 --hop 64 --seconds 0.2 --epochs 1 --out heard
content=$(grep -o '"content": "[0-9a-f]\{16\}"' heard/test.json) || wrong "test.json does not say what it is of"
(cd sounds && tar cf ../sounds.tar .)
done_with eval --run heard --data sounds.tar --json
silent "$changed"
grep -qF "$content" out || wrong "in an archive recordings are others"
done_with report heard
silent 'it is not the sample'
for sound in sounds/test/*/*.wav; do printf '\125\252\125\252' | dd of="$sound" bs=1 seek=400 conv=notrunc status=none; done
done_with eval --run heard
says "$changed"
done_with report heard
says 'it is not the sample that the run was tested on'
finish
