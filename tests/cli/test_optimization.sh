# Muon, lookahead, averages, rates by part and by name, decay, groups of batches: refused where they make no sense, told in the report, the same after an
# interruption. usage: test_optimization.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" optimization

# Small pictures, and no figures: a run takes half a second.
mkdir bin && printf '#!/bin/sh\n' >bin/gnuplot && chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH
"$lince" synth images data --n 90 --seed 1 >/dev/null
training=(--data data --model resnet20 --image-size 8 --batch-size 8 --epochs 2 --optimizer sgd --lr 0.05 --scheduler constant
    --seed 5 --threads 1 --lang en)

results() {
    sha256sum <"$1/weights/last.safetensors"
    sha256sum <"$1/weights/best.safetensors"
    cut -d, -f1,3- "$1/results.csv"
    cat "$1/test.json" "$1/predictions.csv"
}

# goes_on NAME OPTION...: a run that is interrupted inside its epochs, again and again, ends as one left alone
goes_on() {
    local name=$1 process moment
    shift
    done_with train "${training[@]}" "$@" --out "$name"
    "$lince" train "${training[@]}" "$@" --no-report --checkpoint-every 0.00001 --out "$name-broken" >out 2>err </dev/null &
    process=$!
    until [ -e "$name-broken/checkpoint/state.safetensors" ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
    for moment in 0.05 0.0 0.1; do
        sleep $moment
        kill -INT $process 2>/dev/null
        wait $process
        "$lince" train --resume "$name-broken" >out 2>err </dev/null &
        process=$!
    done
    wait $process || wrong "$name: the last resume failed:"
    diff <(results "$name") <(results "$name-broken") >difference || { wrong "$name: interrupted it ends otherwise"; cat difference; }
}
says() { grep -qF -- "$2" "$1/report.md" || wrong "'$2' does not stand in the report of $1"; }

# groups of batches; the last is short: 70 samples are nine batches, and three updates of up to four
goes_on groups --accumulate 4 --ema 0.9 --momentum 0.9
says groups '8, 4 of them an update (updates in an epoch: 3)'
expect 2 'an epoch has fewer batches, 9' train "${training[@]}" --accumulate 10
expect 2 'accumulate' train "${training[@]}" --accumulate 0

# Muon: the same bits on any number of threads, and its own momentum
goes_on muon --optimizer muon --weight-decay 0.01
says muon 'muon, Nesterov momentum 0.95'
for threads in 1 3; do done_with train "${training[@]}" --optimizer muon --deterministic --no-report --threads $threads --out muon-$threads; done
diff <(results muon-1) <(results muon-3) >difference || { wrong "Muon depends on threads"; cat difference; }
expect 2 '--nesterov needs --optimizer sgd' train "${training[@]}" --optimizer muon --nesterov

# lookahead: every 4 of 9 batches, so that an epoch ends between two steps of the slow weights
goes_on slow --lookahead 4 --lookahead-alpha 0.8
goes_on slower --lookahead 4 --lookahead-alpha 0.2 --lookahead-power 3 --scheduler linear --warmup-epochs 0.5
says slow 'updates: 4, then 0.8 of the way'

# an average of the last epochs, with its own statistics: what is saved is what was validated
goes_on swa --swa 2 --epochs 4
says swa 'equal, of the last epochs: 2'
done_with train "${training[@]}" --swa 2 --epochs 4 --val-on-test --no-report --out seen
done_with eval --model resnet20 --weights seen/weights/last.safetensors --data data --split test --json
validated=$(tail -1 seen/results.csv | cut -d, -f5) evaluated=$(sed -n 's/.*"loss": \([0-9.e-]*\).*/\1/p' out | head -1)
awk -v a="$validated" -v b="$evaluated" 'BEGIN { d = a - b; exit !(b > 0 && d * d < 1e-8 * b * b) }' ||
    wrong "the average was validated with a loss of $validated, and what is saved has $evaluated"
done_with train "${training[@]}" --epochs 4 --no-report --out plain
[ "$(sed -n 3p swa/results.csv | cut -d, -f3-)" = "$(sed -n 3p plain/results.csv | cut -d, -f3-)" ] &&
    [ "$(tail -1 swa/results.csv | cut -d, -f3-4)" = "$(tail -1 plain/results.csv | cut -d, -f3-4)" ] ||
    wrong "an average changes the training"
cmp -s swa/weights/last.safetensors plain/weights/last.safetensors && wrong "no average is saved"
done_with train "${training[@]}" --swa 0.5 --epochs 4 --no-report --out share
cmp -s swa/weights/last.safetensors share/weights/last.safetensors || wrong "--swa 0.5 of 4 epochs is not --swa 2"
expect 2 'choose one of them' train "${training[@]}" --swa 2 --ema 0.9
expect 2 'choose one of them' train "${training[@]}" --lookahead 5 --ema 0.9
expect 2 'a number of epochs, or a share' train "${training[@]}" --swa 1.5
expect 2 'the run ends with epoch 2' train "${training[@]}" --swa 3
expect 2 'leave out one of them' train "${training[@]}" --swa 1 --patience 1
expect 2 'has come to its end' train --resume swa --epochs 6

# rates and decay
goes_on rates --weight-decay 0.01 --layer-decay 0.8 --lr-factor 'conv1.*=0' --lr-factor 'linear.*=2' --decay-factor '*.bias=0.5'
says rates 'factors of the weight decay'
says rates 'weight decay 0.01, not of norms and biases'
says rates 'times 0.8 from each part to the one before it'
says rates 'conv1.\*=0,linear.\*=2'
grep -q '^decay-norms: no' rates/config.yaml || wrong "config.yaml does not say what decays"
done_with train "${training[@]}" --weight-decay 0.01 --decay-norms --out norms
says norms 'weight decay 0.01, of norms and biases too'
expect 2 'did you mean linear?' train "${training[@]}" --lr-factor 'liner.*=2'
expect 2 'PATTERN=FACTOR' train "${training[@]}" --lr-factor 'linear.*'
expect 2 '--decay-factor liner.\*: no parameter' train "${training[@]}" --weight-decay 0.01 --decay-factor 'liner.*=2'
expect 2 'no --weight-decay' train "${training[@]}" --decay-factor 'linear.*=2'
expect 2 '--layer-decay 0.8: nothing but the head is trained' train "${training[@]}" --freeze features --layer-decay 0.8

# a run of before there was the choice decays norms, and goes on so
interrupted old train "${training[@]}" --weight-decay 0.01 --decay-norms --no-report --checkpoint-every 0.00001 --out old
sed -i '/^decay-norms:/d' old/config.yaml
done_with train --resume old
diff <(results norms) <(results old) >difference || { wrong "a run without the setting goes on otherwise"; cat difference; }
finish
