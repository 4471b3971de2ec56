# What pictures are taken for that are deeper than 8 bits, or not whole. usage: test_pictures.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" pictures

# says TEXT FILE: the text stands in it
says() {
    grep -qF -- "$1" "$2" || wrong "$2 does not say '$1'"
}

# pgm FILE A B C D: 2 x 2 pixels of 16 bits
pgm() {
    mkdir -p "$(dirname "$1")"
    { printf 'P5 2 2 65535\n' && printf "$(printf '\\x%02x\\x%02x' $(for v in "${@:2}"; do echo $((v / 256)) $((v % 256)); done))"; } >"$1"
}

small=(--model resnet20 --image-size 4 --val-split 0 --epochs 1 --batch-size 2 --threads 1)

# A camera's 12 bits in files of 16: the training part says what is black and white, and the run keeps it.
for i in 1 2 3; do
    pgm deep/train/dark/$i.pgm 100 $((100 * i)) 300 400
    pgm deep/train/light/$i.pgm 3900 $((1000 * i)) 4000 4095
    pgm deep/test/dark/$i.pgm 0 $((50 * i)) 300 400
    pgm deep/test/light/$i.pgm 3900 $((900 * i)) 4000 65535
done
done_with info deep
says 'pictures of grey with more than 8 bits, or of floats: 12, with values from 0 to 65535 (--range says' out
done_with train --data deep "${small[@]}" --out auto
says 'pictures of grey with more than 8 bits, or of floats: 12' err
says '--range 100:4095' err
says 'range: "100:4095"' auto/config.yaml
says '"range": "100:4095"' auto/data.json
says 'is seen in 256 equal steps from 100 (black) to 4095 (white)' auto/report.md
done_with info auto/weights/best.safetensors
says 'lince.range = 100:4095' out

# Asked for, the same range is the same training; another one is another.
done_with train --data deep "${small[@]}" --range 100:4095 --out same --no-report
cmp -s auto/weights/best.safetensors same/weights/best.safetensors || wrong "a range that is asked for is not the same as measured"
done_with train --data deep "${small[@]}" --range full --out full
cmp -s auto/weights/best.safetensors full/weights/best.safetensors && wrong "--range full changes nothing"
grep -q 'equal steps' full/report.md && wrong "the report tells of a range that was not chosen"
expect 2 '--range 5:5: expected auto, full, or the values' train --data deep "${small[@]}" --range 5:5 --out none

# predict and eval see pictures as the training did, and otherwise where they are told.
picture=deep/test/light/1.pgm
ask() { "$lince" predict --run "$@" --json $picture; }
[ "$(ask auto)" = "$(ask auto --range 100:4095)" ] || wrong "predict takes another range than the run's"
[ "$(ask auto)" = "$(ask auto --range auto)" ] || wrong "--range auto is not the run's"
[ "$(ask auto)" != "$(ask auto --range full)" ] || wrong "predict --range changes nothing"
[ "$("$lince" predict --weights auto/weights/best.safetensors --json $picture)" = "$(ask auto)" ] ||
    wrong "the weights file does not know the range"
"$lince" eval --run auto --json >own 2>err && cmp -s own auto/test.json || python3 - <<'END' || wrong "eval sees other pictures than the run's test"
import json
own, test = json.load(open("own")), json.load(open("auto/test.json"))
raise SystemExit(abs(own["loss"] - test["loss"]) > 1e-6)
END
done_with train --data deep "${small[@]}" --weights full/weights/best.safetensors --out next --no-report
says 'range: "100:4095"' next/config.yaml
done_with train --data deep "${small[@]}" --weights auto/weights/best.safetensors --train-limit 1 --out next
says 'range: "100:4095"' next2/config.yaml

# A JPEG whose data end early is used, and counted; by option it cannot be read.
"$lince" synth images jpegs --n 60 >/dev/null
class=$(ls jpegs/train | head -1)
cp "$TEST_SCRATCH/seeds/image/closed_early.jpg" jpegs/train/$class/ || exit 77
cp "$TEST_SCRATCH/seeds/image/closed_early.jpg" jpegs/test/$class/
small=(--model resnet20 --image-size 16 --val-split 0 --epochs 1 --batch-size 10 --threads 1 --find-duplicates no)
done_with train --data jpegs "${small[@]}" --out read
says "JPEGs of the training part whose data end before the picture is complete: 1, the first: train/$class/closed_early.jpg" err
says "JPEGs of the test part whose data end before the picture is complete: 1" err
[ "$(grep -c '"path": ".*closed_early.jpg"' read/data.json)" = 2 ] || wrong "data.json does not list the two"
says 'JPEGs whose data end before the picture is complete: 2; the first: train/' read/report.md
expect 1 'closed_early.jpg: damaged JPEG: its data end before the picture is complete' \
    train --data jpegs "${small[@]}" --incomplete refuse --out none
done_with train --data jpegs "${small[@]}" --incomplete refuse --on-bad skip --out skipped --no-report
says '50 for training, 0 for validation, 10 for the test are left' err
[ "$(grep -c closed_early skipped/data.json)" = 2 ] || wrong "data.json does not list those left out"
done_with predict --run read jpegs/train/$class/closed_early.jpg
says 'its data end before the picture is complete; the rest is grey' err
expect 1 'damaged JPEG: its data end' predict --run read --incomplete refuse jpegs/train/$class/closed_early.jpg
done_with eval --run read
says 'JPEGs of the test part whose data end before the picture is complete: 1' err
finish
