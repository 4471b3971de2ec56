# Bad input: one message that names the file and the remedy, exit code 1 or 2, and nothing left behind.
# usage: test_bad_input.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" bad_input

"$lince" synth images good --n 120 --seed 1 >/dev/null
picture=train/disc/0000.png

# spoiled NAME: a copy of the good data, whose picture is to be replaced by standard input
spoiled() {
    cp -r good "$1"
    cat >"$1/$picture"
}

# refuses CODE PATTERN ARGUMENTS...: as expect, for a training of one epoch; one message, and no run's folder
refuses() {
    local wanted=$1 pattern=$2
    shift 2
    expect "$wanted" "$pattern" train --model resnet20 --epochs 1 --batch-size 16 --threads 1 --lang en --quiet --out run "$@"
    [ "$(wc -l <err)" -eq 1 ] || wrong "lince train $*: more than one message:"
    [ ! -e run ] || wrong "lince train $*: left a run's folder"
    rm -rf run
}

# --- the place ---
refuses 1 'lince: missing: no such file or folder' --data missing
refuses 1 'did you mean good?' --data god
refuses 2 '--data is missing' --val-split 0
mkdir empty
refuses 1 'empty: empty; expected folders of pictures, one for each class' --data empty
echo hello >file.txt
refuses 1 'file.txt: ' --data file.txt
mkdir flat
cp good/train/disc/*.png flat
refuses 1 'flat: no class folders, but pictures directly in the outermost folder (10)' --data flat
mkdir one
cp -r good/train/disc one
refuses 1 'one: only one class, disc; a classifier needs two or more' --data one
mkdir untaught
cp -r good/test untaught
refuses 1 'untaught: no training part' --data untaught
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 000 closed
    refuses 1 'closed: cannot read: Permission denied' --data closed
fi

# what the system cannot read is not only of unknown size
cp -r good unread
ln -s nowhere unread/train/disc/nowhere.png
echo junk >unread/train/disc/junk.png
run info unread --lang en
{ [ $code -eq 0 ] && grep -q 'whose size cannot be read: 2' out && grep -q 'files that cannot be read: 1, the first: unread/train/disc/nowhere.png' out; } ||
    wrong "lince info of files that cannot be read:"

# --- archives ---
cat >archives.py <<'END'
import os, sys, zipfile
whole = zipfile.ZipFile("good.zip", "w")
for folder, _, files in os.walk("good"):
    for name in files:
        whole.write(os.path.join(folder, name))
whole.close()
open("cut.zip", "wb").write(open("good.zip", "rb").read()[:20000])
climbing = zipfile.ZipFile("climbing.zip", "w")
climbing.writestr("../x.png", b"")
climbing.close()
# the encryption bit of every local and central header
secret = bytearray(open("good.zip", "rb").read())
for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    at = secret.find(signature)
    while at >= 0:
        secret[at + flags] |= 1
        at = secret.find(signature, at + 4)
open("secret.zip", "wb").write(secret)
END
if command -v python3 >/dev/null; then
    python3 archives.py
    refuses 1 'cut.zip: truncated or damaged zip' --data cut.zip
    refuses 1 'secret.zip: the entry .* is encrypted; unpack the zip with its password' --data secret.zip
    refuses 1 'climbing.zip: refused, because the entry "../x.png" climbs out' --data climbing.zip
    [ ! -e ../x.png ] || wrong "an archive wrote outside"
fi

# --- pictures ---
spoiled zero </dev/null
refuses 1 "zero/$picture: the file is empty (0 bytes)" --data zero
head -c 900 good/$picture | spoiled truncated
refuses 1 "truncated/$picture: truncated PNG" --data truncated
printf '8BPS................' | spoiled mislabelled
refuses 1 "mislabelled/$picture: expected a picture (.*), but this looks like a Photoshop file" --data mislabelled
# a header of 60000 x 60000 pixels, its checksum right
{
    head -c 12 good/$picture
    printf '\111\110\104\122\000\000\352\140\000\000\352\140\010\002\000\000\000\017\260\342\025'
    tail -c +34 good/$picture
} | spoiled huge
refuses 1 "huge/$picture: the header claims 60000 x 60000 pixels" --data huge

# skipped where asked for: named and counted, in the test part too, and used nowhere
: >zero/test/ring/0011.png
done_with train --model resnet20 --epochs 1 --batch-size 16 --threads 1 --data zero --on-bad skip --out skipping --lang en
grep -q "left out: zero/$picture: the file is empty" err || wrong "a picture that was skipped is not named:"
grep -q '^warning: samples of the training part left out, because they cannot be read: 1' err || wrong "pictures that were skipped are not counted:"
grep -q '^warning: samples of the test part left out, because they cannot be read: 1' err || wrong "those of the test part are not counted:"
tr -d ' \n' <skipping/data.json >facts
grep -q '"test":{"n":19,"per_class":\[2,2,2,2,2,1,2,2,2,2\]}' facts || wrong "data.json counts what was not read: $(cat facts)"
grep -q '"bad":\[{"part":"train","message":"zero/train/[^}]*},{"part":"test","message":"zero/test/[^}]*}\]' facts || wrong "data.json does not list what was not read: $(cat facts)"
grep -q 'Samples that could not be read and were left out: 2' skipping/report.md || wrong "the report does not count them"
[ "$(wc -l <skipping/predictions.csv)" -eq 20 ] || wrong "predictions.csv is not of the pictures that can be read"
# and measured again: as the run did, or as asked; what was left out is listed with its reason
done_with eval --run skipping --quiet --lang en --predictions all.csv
grep -q ' accuracy .* 19$' out || wrong "eval does not skip as the run did:"
grep -q '^warning: left out: zero/test/ring/0011.png: the file is empty' err || wrong "eval does not name what it leaves out:"
grep -q '^path,true,predicted,probability,left_out$' all.csv && grep -q '^test/ring/0011.png,ring,,,zero/test/ring/0011.png: the file is empty' all.csv ||
    wrong "--predictions does not list what is left out: $(tail -2 all.csv)"
expect 1 'zero/test/ring/0011.png: the file is empty' eval --run skipping --quiet --lang en --on-bad fail
cp -r zero lost
for file in lost/train/cross/*; do : >"$file"; done
run train --model resnet20 --epochs 1 --batch-size 16 --threads 1 --quiet --lang en --out run --data lost --on-bad skip
{ [ $code -eq 1 ] && grep -q 'no training sample of the class cross can be read (samples: 9)' err; } || wrong "a class of which no picture can be read is learned: $code"

# --- options ---
refuses 2 'did you mean vgg16' --data good --model vgg_16
refuses 2 'unknown option --modle; did you mean --model?' --data good --modle vgg16
refuses 2 'did you mean adam?' --data good --optimizer adma
refuses 2 'did you mean cosine?' --data good --scheduler cos
refuses 2 '--data: a value is missing' --data --epochs 1
refuses 2 '--epochs: expected a value from 1 to 100000, found 0' --data good --epochs 0
refuses 2 '--lr: expected a value from 0 to 1000, found -1' --data good --lr -1
refuses 2 '--batch-size 500: larger than the training part; choose 90 or less' --data good --batch-size 500
"$lince" synth images few --n 60 --seed 1 >/dev/null
"$lince" train --data few --model resnet20 --epochs 1 --out few-run --lang en >out 2>err </dev/null && grep -q -- '--batch-size 10, because the training part is small (samples: 40)' err &&
    grep -q '^batch-size: .*10' few-run/config.yaml || wrong 'few samples are not trained in small batches'
refuses 2 '--head 4096,x: expected none or up to 8 widths, like 4096,2048' --data good --head 4096,x
refuses 2 '--freeze conv: expected none, features' --data good --freeze conv
refuses 2 '--normalize imgnet: expected auto, measured, imagenet' --data good --normalize imgnet
refuses 2 '--hidden 8: is for networks that read step by step, as gru, and vgg16 is none; leave it out' --data good --model vgg16 --hidden 8
refuses 2 "unknown 'crp'; did you mean 'crop'?" --data good --augment crp=4
refuses 2 "unknown 'randaugmet'; did you mean 'randaugment'?" --data good --augment flip,randaugmet
refuses 2 'affine=DEGREES:SHIFT:SCALE:SHEAR; value 2 must be a number from 0 to 1' --data good --augment affine=10:2
"$lince" synth tweets some-texts --n 60 >/dev/null
"$lince" train --data some-texts --augment flip --lang en >out 2>err </dev/null
[ $? = 2 ] && grep -q -- '--augment flip: is for pictures, and some-texts holds texts; leave it out' err || wrong 'texts are augmented as pictures'
"$lince" train --data some-texts --cutmix 1 --lang en >out 2>err </dev/null
[ $? = 2 ] && grep -q -- '--cutmix: batches of texts are not mixed; leave it out' err || wrong 'texts are mixed as pictures'
refuses 1 'use a larger --image-size' --data good --model vgg16 --image-size 8
refuses 1 'none.pth: ' --data good --weights none.pth
refuses 1 'file.txt: not a weights file' --data good --weights file.txt
printf 'epochs: 2\nepoch: 3\n' >wrong.yaml
refuses 2 "wrong.yaml:2: unknown option 'epoch'; did you mean 'epochs'?" --config wrong.yaml --data good
refuses 1 'file.txt: not a folder' --data good --out file.txt/run

# --- the machine ---
limited() { # limited ULIMIT... -- ARGUMENTS: lince within those limits
    (
        ulimit "$1" "$2"
        shift 2
        exec "$lince" "$@" >out 2>err </dev/null
    )
    code=$?
    { [ $code -eq 1 ] && [ "$(wc -l <err)" -eq 1 ]; } || wrong "ulimit $1 $2: expected 1, found $code:"
}
small=(train --data good --epochs 1 --batch-size 16 --threads 1 --quiet --lang en --out run)
limited -f 1000 "${small[@]}" --model resnet20 # blocks: of the checkpoint's 2.2 MB half are written
grep -q 'run/checkpoint/state.safetensors: cannot write: File too large' err || wrong "no message of a full disk:"
[ ! -e run ] || wrong "a run that could not be saved left its folder"
if ! ldd "$lince" | grep -q asan; then # which needs terabytes of addresses
    limited -v 400000 "${small[@]}" --model vgg16
    grep -q 'out of memory' err || wrong "no message of missing memory:"
    [ ! -e run ] || wrong "a run that found no memory left its folder"
fi

# --- runs and weights ---
done_with train "${small[@]:1}" --model resnet20
mv run finished
expect 1 'finished/picture.png: ' predict --run finished finished/picture.png
expect 1 "mislabelled/$picture: " predict --run finished mislabelled/$picture
expect 2 'expected train, val or test' eval --run finished --split tset
head -c 5000 finished/weights/best.safetensors >cut.safetensors
expect 1 'cut.safetensors: ' info cut.safetensors
expect 1 'cut.safetensors: ' predict --model resnet20 --weights cut.safetensors good/$picture
expect 1 'moved' eval --run finished --data moved
printf '{' >finished/test.json
expect 1 'finished/test.json' report finished
finish
