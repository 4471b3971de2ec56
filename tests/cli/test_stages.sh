# A finished run keeps no checkpoint unless asked, says that it is finished, and goes on with more epochs as a new stage.
# usage: test_stages.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" stages

# Small pictures, no figures, and no report where it is not looked at: a run takes a quarter of a second.
mkdir bin && printf '#!/bin/sh\n' >bin/gnuplot && chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH
"$lince" synth images all --n 90 --seed 1 >/dev/null
training=(--data all --model resnet20 --image-size 8 --batch-size 16 --optimizer adam --ema 0.9 --seed 5 --threads 1 --lang en)
quick=("${training[@]}" --no-report)
state=checkpoint/state.safetensors

# results RUN: what must be the same in two runs
results() {
    sha256sum <"$1/weights/last.safetensors"
    sha256sum <"$1/weights/best.safetensors"
    cut -d, -f1,3- "$1/results.csv"
    cat "$1/test.json" "$1/predictions.csv"
}
same() { diff <(results "$1") <(results "$2") >difference || { wrong "$1 and $2 differ:"; cat difference; }; }
says() { grep -q -- "$1" err || wrong "'$1' is not said:"; }
rates() { cut -d, -f7 "$1/results.csv" | tail -n +2 | tr '\n' ' '; }

# the checkpoint is dropped, and everything that uses the weights works
done_with train "${quick[@]}" --epochs 2 --out dropped
[ ! -e dropped/$state ] && [ -e dropped/checkpoint/end.safetensors ] || wrong "a finished run keeps its checkpoint"
done_with eval --run dropped --json
done_with predict --run dropped all/test
done_with report dropped
done_with convert dropped/weights/last.safetensors last.pth
done_with info dropped
done_with train "${training[@]}" --epochs 2 --keep-checkpoint --out kept
[ -e kept/$state ] || wrong "--keep-checkpoint keeps none"

# a finished run says so at once, and nothing is done again
for run in dropped kept; do
    before=$(find $run -type f -exec sha256sum {} + | sort)
    done_with train --resume $run
    says "$run: it is finished, with epoch 2; --epochs 3 or more goes on"
    [ "$(cat out)" = $run ] || wrong "the folder is not printed"
    [ "$before" = "$(find $run -type f -exec sha256sum {} + | sort)" ] || wrong "$run was changed"
done
expect 2 "--epochs '1': kept was begun with '2'" train --resume kept --epochs 1
expect 2 "--lr '0.5': kept was begun with '0.001'" train --resume kept --lr 0.5 --epochs 3
expect 2 'leave out --out' train --resume kept --out elsewhere
# killed between its test and the end of its report, or between the record of the end and the drop
cp -r kept reporting && rm reporting/checkpoint/end.safetensors reporting/report.html
done_with train --resume reporting
same kept reporting
[ -s reporting/report.html ] && [ -e reporting/checkpoint/end.safetensors ] || wrong "the report is not written after all"
cp -r kept dropping && sed -i 's/^keep-checkpoint: .*/keep-checkpoint: no/' dropping/config.yaml
done_with train --resume dropping
[ ! -e dropping/$state ] || wrong "the checkpoint is not dropped after all"

# more epochs with the checkpoint and a schedule without an end: the run that would have been
done_with train "${quick[@]}" --epochs 3 --out whole
cp -r kept longer
done_with train --resume longer --epochs 3
says 'as if the run had been begun with --epochs 3'
same whole longer
grep -q '^epochs: 3' longer/config.yaml || wrong "config.yaml has the old number of epochs"
grep -q -- '--resume longer --epochs 3' longer/report.md || wrong "the report does not show the second command"
grep -q 'from epoch 3 on.*goes on; .*goes on' longer/report.md || wrong "the report does not tell of the stage"

# without it: from the last weights, the optimizer anew; the same again with the same beginning
cp -r dropped again
for run in dropped again; do
    done_with train --resume $run --epochs 4
    says 'with a fresh state of the optimizer'
    says "the learning rate goes on as 'constant' has it"
done
same dropped again
done_with report dropped
[ "$(wc -l <dropped/results.csv)" -eq 5 ] || wrong "results.csv has not an epoch a line:"
grep -q 'from epoch 3 on.*goes on; .*begins anew' dropped/report.md || wrong "the report does not tell of the stage"

# what a killed process has left in a run that another finished is cleared by the next
touch dropped/contents.csv.tmp-0123456789abcdef dropped/progress.json
done_with train --resume dropped
[ -z "$(find dropped -name '*.tmp-*' -o -name progress.json)" ] || wrong "a finished run keeps what a killed process has left"

# a schedule that has ended begins anew; the stage is interrupted, killed and resumed like any run
begun=(--scheduler cosine --epochs 2 --checkpoint-every 0.00001)
done_with train "${quick[@]}" "${begun[@]}" --out cosine
cp -r cosine whole-stage
cp -r cosine broken
done_with train --resume cosine --epochs 4
says "'cosine' has come to its end: it begins anew, over epochs 3 to 4"
[ "$(rates cosine | awk '{ print ($1 == $3 && $2 == $4 && $2 < $1) }')" = 1 ] || wrong "the rates are $(rates cosine)"
# of many epochs, so that they are not over before it is interrupted
done_with train --resume whole-stage --epochs 20
interrupted broken train --resume broken --epochs 20
"$lince" train --resume broken >out 2>err </dev/null &
process=$!
sleep 0.3
kill -KILL $process 2>/dev/null
wait $process 2>/dev/null
done_with train --resume broken
same whole-stage broken
# interrupted after an epoch's last step: the epoch is told with its own rate
interrupted last-step train "${quick[@]}" --batch-size 70 --epochs 60 --out last-step
done_with train --resume last-step
[ "$(rates last-step | xargs -n 1 | sort -u)" = 0.00100000005 ] || wrong "the rates of a run that was interrupted after a step are $(rates last-step)"
# killed after the settings, and after the new checkpoint, before the old end was taken away
cp -r kept early && sed -i 's/^epochs: .*/epochs: 3/' early/config.yaml
done_with train --resume early --no-report
same whole early
cp kept/checkpoint/end.safetensors old-end
cp -r kept late
"$lince" train --resume late --epochs 3 --no-report --checkpoint-every 0.00001 >out 2>err </dev/null &
process=$!
until [ ! -e late/checkpoint/end.safetensors ] || ! kill -0 $process 2>/dev/null; do sleep 0.01; done
kill -KILL $process
wait $process 2>/dev/null
cp old-end late/checkpoint/end.safetensors
done_with train --resume late --no-report
same whole late

# an early stop may be gone on with
done_with train "${quick[@]}" --epochs 9 --patience 1 --lr 1e-9 --out early-stop
before=$(wc -l <early-stop/results.csv)
[ "$before" -lt 10 ] || wrong "--patience 1 does not stop"
done_with train --resume early-stop --epochs 10
says 'epochs without a better one count from 0'
[ "$(wc -l <early-stop/results.csv)" -gt "$before" ] || wrong "nothing was trained"

# prune: says what it frees, and leaves what is not finished, or no run
bytes=$(stat -c %s kept/$state)
megabytes=$(LC_ALL=C awk -v b="$bytes" 'BEGIN { printf "%.1f MB", b / 1e6 }')
cp -r kept other
cp -r kept unfinished && rm unfinished/checkpoint/end.safetensors
done_with prune kept --dry-run
[ "$(cat out)" = "kept: $megabytes would be freed" ] && [ -e kept/$state ] || wrong "--dry-run:"
done_with prune kept other unfinished
grep -qx "kept: $megabytes freed" out && grep -qx "other: $megabytes freed" out && grep -q '^in all: ' out || wrong "what was freed is not said:"
says "unfinished: it is not finished, and was left as it is"
[ ! -e kept/$state ] && [ -e unfinished/$state ] || wrong "prune drops the wrong checkpoints"
done_with prune kept
[ "$(cat out)" = "kept: nothing to free" ] || wrong "a pruned run:"
done_with eval --run kept
done_with train --resume kept
says 'it is finished'
done_with prune --unfinished unfinished
[ ! -e unfinished/$state ] || wrong "--unfinished leaves it"
expect 1 'unfinished: it has no checkpoint' train --resume unfinished
expect 1 'all: not the folder of a run' prune all
expect 1 'nowhere: there is no such run' prune nowhere
expect 2 'expected the folders of runs' prune
touch other/checkpoint/state.safetensors.tmp-1
before=$(stat -c %s other/checkpoint/*)
(
    flock 9
    failures=0
    expect 1 'another process' prune other
    exit $failures
) 9<other || wrong "a run that is being trained is pruned"
[ "$before" = "$(stat -c %s other/checkpoint/*)" ] || wrong "a run that is being trained was changed"

# a run of version 0.1 is finished when it was tested
cp -r reporting first && rm first/checkpoint/end.safetensors
as_of_0_1 first/$state
done_with train --resume first
says 'it is finished'
done_with train --resume first --keep-checkpoint --no-report --epochs 3
says "as if the run had been begun with --epochs 3"
same whole first
rm first/checkpoint/end.safetensors
as_of_0_1 first/$state
done_with prune first
[ ! -e first/$state ] && [ -e first/checkpoint/end.safetensors ] || wrong "a run of version 0.1 is not pruned"
finish
