#!/usr/bin/env bash
# Pictures that stand in two parts, or under two labels: told, shown, left out. usage: test_duplicates.sh LINCE
lince=$1
scratch=$TEST_SCRATCH/duplicates
rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
export LC_ALL=C.UTF-8 XDG_CACHE_HOME=$scratch/cache
fail() {
    echo "$1"
    exit 1
}

"$lince" synth images data --n 300 --seed 1 >synth.log 2>&1 || fail "synth: $(cat synth.log)"
class=$(ls data/test | head -1) other=$(ls data/test | tail -1)
picture=$(ls "data/test/$class" | head -1)
cp "data/test/$class/$picture" "data/train/$class/zz-copy.png"
wrong=$(ls "data/train/$other" | head -1)
cp "data/train/$other/$wrong" "data/train/$class/zz-wrong.png"

"$lince" info data --duplicates >info.txt 2>&1 || fail "info: $(cat info.txt)"
grep -q 'that are also in the training part' info.txt || fail "info does not tell: $(cat info.txt)"
grep -q 'under another label' info.txt || fail "info does not tell of labels: $(cat info.txt)"
"$lince" info data | grep -q 'also in the training part' && fail "info looks unasked"
"$lince" --lang es info data --duplicates 2>&1 | grep -q 'con otra etiqueta' || fail "not in Spanish"

train=("$lince" train --data data --model resnet20 --epochs 1 --seed 1 --threads 1)
"${train[@]}" --out plain >plain.log 2>&1 || fail "$(cat plain.log)"
grep -q -- '--drop-duplicates leaves them out' plain.log || fail "train does not tell: $(cat plain.log)"
grep -q 'that are in it under another label' plain/report.md || fail "the report does not tell"
[ -s plain/plots/duplicates.svg ] || fail "the report shows none"
"${train[@]}" --out unseen --find-duplicates no --no-report >unseen.log 2>&1 || fail "$(cat unseen.log)"
grep -q 'another label' unseen.log && fail "looked although it was not to"
cmp -s plain/weights/last.safetensors unseen/weights/last.safetensors || fail "looking changes the weights"

"${train[@]}" --out dropped --drop-duplicates --no-report >dropped.log 2>&1 || fail "$(cat dropped.log)"
grep -q 'left out as duplicates' dropped.log || fail "nothing is left out: $(cat dropped.log)"
grep -q '"path": "train/.*zz-copy.png"' dropped/data.json || fail "data.json does not list the copy"
grep -q '"path": "train/.*zz-wrong.png"' dropped/data.json || fail "data.json does not list the wrong label"
"$lince" eval --run dropped --split train --json >eval.json 2>eval.log || fail "$(cat eval.log)"
left=$(tr -d ' \n' <dropped/data.json | sed 's/.*"parts":{"train":{"n":\([0-9]*\).*/\1/')
grep -q "\"n\": $left" eval.json || fail "eval measures other training samples: $left, $(head -3 eval.json)"
"${train[@]}" --out both --drop-duplicates --find-duplicates no >both.log 2>&1
[ $? = 2 ] || fail "a contradiction is not refused"

# Grey of 16 bits in a narrow range is seen as the network sees it: these are different pictures, all of them between 1030 and 1100.
for part in train test; do
    for class in a b; do
        mkdir -p deep/$part/$class
        for i in 1 2 3; do
            # shellcheck disable=SC2059 # bytes
            printf "P5 32 32 65535\n$(awk -v seed="$part$class$i" 'BEGIN {
                for (i = 1; i <= length(seed); i++) s = (s * 31 + index("abcdefghijklmnopqrstuvwxyz123", substr(seed, i, 1))) % 65521
                srand(s)
                for (i = 0; i < 16; i++) v[i] = 1030 + int(70 * rand())
                for (y = 0; y < 32; y++)
                    for (x = 0; x < 32; x++) {
                        k = v[int(y / 8) * 4 + int(x / 8)]
                        printf "\\x%02x\\x%02x", int(k / 256), k % 256
                    }
            }')" >deep/$part/$class/$i.pgm
        done
    done
done
deep=("$lince" train --data deep --val-split 0 --model resnet20 --epochs 1 --batch-size 2 --threads 1 --no-report)
"${deep[@]}" --out deep-run --drop-duplicates >deep.log 2>&1 || fail "$(cat deep.log)"
grep -q 'left out as duplicates: 0 of the training part' deep.log || fail "pictures that differ are taken for copies: $(cat deep.log)"
cp deep/train/a/1.pgm deep/test/b/copy.pgm
"${deep[@]}" --out deep-copy >deep.log 2>&1 || fail "$(cat deep.log)"
grep -q 'pictures of the test part that are also in the training part: 1 as they are' deep.log || fail "the copy of a deep picture is not found: $(cat deep.log)"

exit 0
