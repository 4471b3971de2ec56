# A run that is killed, interrupted or terminated at any moment and resumed ends as one left alone.
# usage: test_resume.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" resume

"$lince" synth images data --n 180 --seed 1 >/dev/null
training=(--data data --model resnet20 --epochs 2 --batch-size 16 --optimizer adam --augment crop=4,flip=alternating,trivialaugment --mixup 0.2 --cutmix 1 --ema 0.9
    --scheduler plateau --label-smoothing 0.1 --seed 5 --threads 1 --checkpoint-every 0.00001 --lang en --no-report)

# results RUN: what must be the same in two runs
results() {
    sha256sum <"$1/weights/last.safetensors"
    sha256sum <"$1/weights/best.safetensors"
    cut -d, -f1,3- "$1/results.csv"
    cat "$1/test.json" "$1/predictions.csv"
}

# begin RUN: starts training in the background and waits until there is something to resume
begin() {
    "$lince" train "${training[@]}" --out "$1" >out 2>err </dev/null &
    process=$!
    until [ -e "$1/checkpoint/state.safetensors" ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
}

ends_like_alone() {
    results "$1" >found
    diff alone.results found >/dev/null || wrong "$1 does not end like the run left alone"
    [ -z "$(find "$1" -name '*.tmp-*')" ] || wrong "$1: half-written files were left"
}

done_with train "${training[@]}" --out alone
results alone >alone.results

# killed again and again, ever later
begin killed
for moment in 0.1 0.0 0.4 0.2; do
    sleep $moment
    kill -KILL $process 2>/dev/null
    wait $process 2>/dev/null
    "$lince" train --resume killed >out 2>err </dev/null &
    process=$!
done
wait $process || wrong "the last resume of a killed run failed"
ends_like_alone killed

# what version 0.1 left of one is gone on with, also where nothing is measured
begin early
kill -KILL $process
wait $process 2>/dev/null
as_of_0_1 early/checkpoint/state.safetensors
done_with train --resume early
grep -q 'begun by an earlier version, which did not keep the kernels' err || wrong "it is not told that last bits may be other ones"
ends_like_alone early
training+=(--deterministic)
done_with train "${training[@]}" --out alone-deterministic
begin early-deterministic
kill -KILL $process
wait $process 2>/dev/null
as_of_0_1 early-deterministic/checkpoint/state.safetensors
done_with train --resume early-deterministic
cmp -s alone-deterministic/weights/last.safetensors early-deterministic/weights/last.safetensors || wrong "a deterministic run of version 0.1 does not end like one left alone"
unset 'training[-1]'

# asked to end: the step is finished, the state saved, the way on told
ends_when_asked() {
    local signal=$1 expected=$2 name=$3
    begin "$name"
    kill "-$signal" $process
    wait $process
    code=$?
    { [ $code -eq "$expected" ] && grep -q 'the state is saved' err && grep -qF -- "$lince train --resume $name" err &&
        grep -q '^stopping after this step; again to quit now$' err && [ ! -s out ]; } ||
        wrong "$signal: expected $expected, found $code:"
    done_with train --resume "$name"
    [ "$(cat out)" = "$name" ] || wrong "a resumed run does not print its folder"
    ends_like_alone "$name"
}
ends_when_asked INT 130 interrupted
ends_when_asked TERM 143 terminated

# asked twice: ends at once, without saving (both signals wait for the stopped process to go on)
begin twice
kill -STOP $process
kill -INT $process
kill -TERM $process
kill -CONT $process
wait $process
code=$?
{ [ $code -ge 130 ] && ! grep -q saved err; } || wrong "a second signal does not end at once: $code"

# one process a run
begin busy
expect 1 'another process' train --resume busy
kill -KILL $process
wait $process 2>/dev/null

# what is not the same run is refused, and the run stays as it was
before=$(sha256sum busy/checkpoint/state.safetensors busy/config.yaml)
"$lince" synth images other --n 180 --seed 2 >/dev/null
expect 1 'other data than other' train --resume busy --data other
expect 2 "--model 'resnet32': busy was begun with 'resnet20'" train --resume busy --model resnet32
expect 2 "--lr '0.5': busy was begun with '0.001'" train --resume busy --lr 0.5
expect 2 "--epochs '3': busy was begun with '2'" train --resume busy --epochs 3
expect 2 'leave out --out' train --resume busy --out elsewhere
expect 1 'nowhere: there is no such run' train --resume nowhere
expect 2 '--resume: a value is missing' train --data data --resume ''
expect 2 '--weights: a value is missing' train --data data --weights=
expect 1 'not the folder of a run' train --resume data
[ "$before" = "$(sha256sum busy/checkpoint/state.safetensors busy/config.yaml)" ] || wrong "a refused resume changed the run"
# nor with other pictures of the same names and sizes
find data -name '*.png' -path '*train*' -printf '%s %p\n' | sort >sizes
read -r one other < <(awk '$1 == size { print path, $2; exit } { size = $1; path = $2 }' sizes)
cp "$other" kept
cp "$one" "$other"
expect 1 'busy: what it trains on is not what it was begun with' train --resume busy
cp kept "$other"
sed -i 's/^lr: .*/lr: 0.5/' busy/config.yaml
expect 2 "--lr '0.5'" train --resume busy
: >busy/checkpoint/state.safetensors
expect 1 'busy/checkpoint/state.safetensors' train --resume busy

# what a process that was killed has left half-written is gone after the next report
: >alone/results.csv.tmp-1
: >alone/weights/last.safetensors.tmp-1
done_with report alone
[ -z "$(find alone -name '*.tmp-*')" ] || wrong "half-written files were left"

# class weights and dropped duplicates are read from data.json, which may have been changed
"$lince" synth tweets texts --n 60 --seed 1 >/dev/null
weighted=(--data texts --model rnn --hidden 8 --embedding 8 --epochs 1 --batch-size 8 --threads 1 --class-weights balanced --no-report)
done_with train "${weighted[@]}" --keep-checkpoint --out weighted
rm weighted/checkpoint/end.safetensors
done_with train --resume weighted
rm weighted/checkpoint/end.safetensors
# the history is the checkpoint's; what the run cost is no matter; epochs that nobody asks for are not trained
rm weighted/results.csv
echo '{' >weighted/cost.json
done_with train --resume weighted
[ "$(wc -l <weighted/results.csv)" -eq 2 ] || wrong "results.csv was not written again"
rm weighted/checkpoint/end.safetensors
sed -i.whole '/^epochs:/d' weighted/config.yaml
expect 1 "the line 'epochs' is missing" train --resume weighted
mv weighted/config.yaml.whole weighted/config.yaml
sed -i '/"class_weights"/,/]/s/[0-9]\.[0-9]*/0.25/' weighted/data.json
expect 1 'weighted: what it trains on is not what it was begun with' train --resume weighted

# a folder that is there is never written to
before=$(find alone -type f -exec sha256sum {} + | sort)
done_with train "${training[@]}" --epochs 1 --out alone
[ "$(cat out)" = alone2 ] || wrong "a second run of the same name does not go to alone2"
grep -q 'alone exists already; this run goes to alone2' err || wrong "nobody was told of alone2"
[ "$before" = "$(find alone -type f -exec sha256sum {} + | sort)" ] || wrong "an old run was changed by a new one"
finish
