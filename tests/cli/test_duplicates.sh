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
grep -q 'stand in the train part too' info.txt || fail "info does not tell: $(cat info.txt)"
grep -q 'under another label' info.txt || fail "info does not tell of labels: $(cat info.txt)"
"$lince" info data | grep -q 'train part too' && fail "info looks unasked"
"$lince" --lang es info data --duplicates 2>&1 | grep -q 'con otra etiqueta' || fail "not in Spanish"

train=("$lince" train --data data --model resnet20 --epochs 1 --seed 1 --threads 1)
"${train[@]}" --out plain >plain.log 2>&1 || fail "$(cat plain.log)"
grep -q -- '--drop-duplicates leaves them out' plain.log || fail "train does not tell: $(cat plain.log)"
grep -q 'stand there under another label' plain/report.md || fail "the report does not tell"
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
exit 0
