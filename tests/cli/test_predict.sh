# Predictions and evaluations, as a user asks for them. usage: test_predict.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" predict

"$lince" synth images data --n 120 --seed 1 >/dev/null
done_with train --data data --model resnet20 --epochs 1 --batch-size 16 --threads 1 --quiet --lang en --out run --no-report
picture=data/test/disc/0005.png

# lines N: so many on standard output
lines() { [ "$(wc -l <out)" -eq "$1" ] || wrong "expected $1 lines:"; }
matches() { grep -qE -- "$1" out || wrong "expected '$1':"; }

# --- files, folders, archives ---
done_with predict --run run $picture
lines 1
matches "^$picture	[a-z]+	0\.[0-9]{4}\$"
cp out alone
done_with predict --run run data/test
lines 20
grep -qxF "$(cat alone)" out || wrong "a picture in a folder is not answered as alone:"
[ "$(cut -f1 out | LC_ALL=C sort)" = "$(cut -f1 out)" ] || wrong "the pictures of a folder are not in order:"
echo 'about these pictures' >data/test/README
tar cf test.tar -C data test
done_with predict --run run --lang en test.tar
lines 20
matches "^test.tar: test/disc/0005.png	"
grep -q 'test.tar: texts among the pictures were passed over: 1, the first: test/README' err || wrong "what is passed over is not told:"
tar cjf test.tar.bz2 data/test/disc # every kind of archive that data sets may be in
done_with predict --run run test.tar.bz2
lines 2
done_with predict --model resnet20 --weights run/weights/best.safetensors $picture
cmp -s out alone || wrong "weights and run answer differently:"

# many pictures are answered several at a time: in their order, as alone but for the last digit, and whatever lies among them
find data/train -name '*.png' | LC_ALL=C sort | "$lince" predict --run run - >one-by-one 2>err
done_with predict --run run data/train
lines 100
paste one-by-one out | awk -F '\t' '$1 != $4 || $2 != $5 || $3 - $6 > 0.0002 || $6 - $3 > 0.0002 { differ = 1 } END { exit differ }' ||
    wrong "many pictures are not answered as alone:"
cp -r data/train among
for number in 03 08; do echo 'no picture' >among/disc/00$number.png; done
run predict --run run among
{ [ $code -eq 1 ] && [ "$(wc -l <out)" -eq 98 ] && [ "$(grep -c '^lince: among/disc/000[38].png: ' err)" -eq 2 ]; } ||
    wrong "two of a hundred cannot be read: $code"
done_with predict --run run --json --top 1 among/ring
lines 10

# what cannot be read has an error, whatever it calls itself
mkdir mixed
for i in 1 2 3; do cp $picture mixed/$i.png; done
for i in 1 2 3 4 5; do printf '\0\1\2\3 no picture' >mixed/$i.webp; done
run predict --run run mixed
{ [ $code -eq 1 ] && [ "$(wc -l <out)" -eq 3 ] && [ "$(grep -c '^lince: mixed/[1-5].webp: ' err)" -eq 5 ]; } ||
    wrong "three pictures and five others: $code"
run predict --run run --json mixed
lines 8
[ "$(grep -c '"error":' out)" -eq 5 ] || wrong "--json has no line for what cannot be read:"

# --- a classifier of the output layer alone ---
done_with train --data data --model vgg11_bn --head none --epochs 1 --batch-size 16 --threads 1 --quiet --lang en --out headless
grep -q 'hidden layers (4096, 4096) were left out' headless/report.md || wrong "the report does not say what --head none left out"
done_with info headless/weights/best.safetensors
matches 'classifier\.0\.weight.*10.*25088'
! grep -q 'classifier\.3' out || wrong "--head none has hidden layers:"
done_with predict --run headless $picture
lines 1
expect 2 '--dropout: it follows hidden layers' train --data data --model vgg11_bn --head none --dropout 0.5 --out never

# --- standard input: a picture, or paths ---
"$lince" predict --run run - <$picture >out 2>err
[ "$(cut -f2- out)" = "$(cut -f2- alone)" ] || wrong "a picture on standard input:"
printf '%s\n%s\n' $picture data/test/ring/0005.png | "$lince" predict --run run - >out 2>err
lines 2
grep -qxF "$(cat alone)" out || wrong "paths on standard input:"
printf '\001\000\002' | "$lince" predict --run run - >out 2>err
grep -q 'standard input: expected a picture, or paths' err || wrong "neither picture nor paths:"
expect 1 'standard input' predict --run run -

# --- how much is told ---
done_with predict --run run --top 3 $picture
matches '^[^	]*(	[a-z]+	[0-9.]+){3}$'
done_with predict --run run --top 99 $picture
matches '^[^	]*(	[a-z]+	[0-9.]+){10}$'
done_with predict --run run --json $picture
matches '^\{"path":"data/test/disc/0005.png","class":"[a-z]+","probability":0\.[0-9]+,"probabilities":\{("[a-z]+":[0-9.e-]+,?){10}\}\}$'
done_with predict --run run --json --top 2 $picture
matches '"probabilities":\{("[a-z]+":[0-9.e-]+,?){2}\}\}$'
expect 2 'whole number' predict --run run --top many $picture

# --- some cannot be read: the others are answered, and the exit code tells ---
run predict --run run missing.png $picture data/test/README
{ [ $code -eq 1 ] && [ "$(wc -l <err)" -eq 2 ]; } || wrong "two of three inputs are bad: $code"
cmp -s out alone || wrong "the good one of three inputs:"
run predict --run run --json missing.png $picture
lines 2
matches '^\{"path":"missing.png","error":"missing.png: .*"\}$'
[ $code -eq 1 ] || wrong "a bad input with --json: $code"
# So many that they are answered together, and a folder among them.
many=$(for i in $(seq 70); do echo $picture; done)
run predict --run run $many missing.png data/test $many
[ $code -eq 1 ] && grep -q 'missing.png' err || wrong "a file that is not there among many: $code"
lines 160
[ "$(sed -n '1,70p;91,$p' out | sort -u)" = "$(cat alone)" ] || wrong "many are not answered as one is:"
cmp -s <(sed -n '71,90p' out) <("$lince" predict --run run data/test) || wrong "a folder among many is not answered in its place:"
mkdir none
expect 1 'none: no pictures that are read (.*) in it, but nothing' predict --run run none

# --- names that could break a line ---
strange=$(printf 'a\tb\nc.png')
cp $picture "$strange"
done_with predict --run run "$strange"
lines 1
matches '^a b c.png	[a-z]+	0\.[0-9]+$'
cp $picture "$(printf 'x\377.png')"
done_with predict --run run --json "$(printf 'x\377.png')"
matches '^\{"path":"x\?.png","class"'

# --- evaluation ---
done_with eval --run run --quiet
matches '^ *precision +recall +f1-score +support$'
matches '^ +accuracy +[01]\.[0-9]{2} +20$'
done_with eval --run run --json --quiet
# but for last digits: another batch size sums in another order
for file in out run/test.json; do tr -d ' \n' <$file | grep -o '"classes":.*"calibration"' >$(basename $file).same; done
cmp -s out.same test.json.same || wrong "eval --json is not test.json:"
matches '"ece": ?0\.[0-9]+'
done_with eval --run run --split val --quiet --json
matches '"n": ?10\b'
done_with eval --run run --split train --quiet --predictions predictions.csv
[ "$(head -1 predictions.csv)" = path,true,predicted,probability ] || wrong "the header of predictions.csv"
[ "$(wc -l <predictions.csv)" -eq 91 ] || wrong "predictions.csv does not have a line a picture"
expect 1 'nowhere/predictions.csv: cannot write' eval --run run --quiet --predictions nowhere/predictions.csv
done_with eval --run run --data data --quiet
matches 'accuracy'

# --- evaluation on other pictures: classes go by their names ---
mkdir -p other/holdout
cp -r data/test/ring other/holdout/
done_with eval --run run --data other/holdout --lang en
matches '^ +ring .* 2$'
matches '^ +disc +0\.00 +0\.00 +0\.00 +0$'
grep -q 'without a sample in these data: 9 of 10' err || wrong "absent classes are not told:"
ls data/train | sort -r >names
# names in another order are another model: what was called disc is called by the last name
done_with eval --weights run/weights/best.safetensors --classes-file names --data other/holdout --json --quiet
matches "\"classes\": \[\"$(head -1 names)\""
cp -r data/test/disc other/holdout/unheard
expect 1 'does not know: 1 of 2 (unheard)' eval --run run --data other/holdout
expect 2 '--classes-file: a run says so of itself' eval --run run --classes-file names --data data

# --- descriptions ---
for path in data test.tar run run/weights/best.safetensors; do
    done_with info $path
    matches "^((run|weights file) +$path$|$path: )" # in words
    done_with info $path --json
    if command -v python3 >/dev/null; then
        python3 -c 'import json,sys; json.load(sys.stdin)' <out || wrong "info $path --json is not JSON"
    fi
done
finish
