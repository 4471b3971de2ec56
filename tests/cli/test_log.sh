# lince train --log: the files are those that the programs read which they are for (log_checks.py, where TensorBoard is
# installed); the training is the same as without. LINCE_TENSORBOARD_PYTHON: a python3 that has TensorBoard.
# usage: test_log.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" log
python=${LINCE_TENSORBOARD_PYTHON:-python3}
"$lince" synth images pictures --n 120 --seed 1 >/dev/null
"$lince" synth tweets tweets --n 60 --seed 1 >/dev/null
"$lince" synth sounds words --n 48 --seed 1 >/dev/null
settings="--data pictures --model resnet20 --batch-size 32 --lr 0.01 --threads 1 --no-report --quiet"

expect 2 "--log tensorbord: expected one of none|tensorboard" train $settings --log tensorbord
done_with train $settings --epochs 3 --out plain
[ ! -e plain/tensorboard ] || wrong "a log that nobody has asked for"
done_with train $settings --epochs 3 --log tensorboard --out logged
cmp plain/weights/last.safetensors logged/weights/last.safetensors || wrong "other weights with --log"
[ "$(ls logged/tensorboard | wc -l)" = 1 ] || wrong "not one file: $(ls logged/tensorboard)"

# Killed in the middle, and gone on with: a file more, and the same weights.
"$lince" train $settings --epochs 3 --log tensorboard --out killed >out 2>err &
process=$!
for _ in $(seq 600); do
    [ "$(wc -l 2>/dev/null <killed/results.csv || echo 0)" -lt 2 ] || break
    sleep 0.1
done
kill -9 $process
wait $process 2>/dev/null
cp -r killed cut
done_with train --resume killed --no-report --quiet
cmp plain/weights/last.safetensors killed/weights/last.safetensors || wrong "other weights behind a kill"
[ "$(ls killed/tensorboard | wc -l)" = 2 ] || wrong "not two files: $(ls killed/tensorboard)"

# Texts, and recordings.
done_with train --data tweets --model gru --hidden 4 --embedding 4 --epochs 1 --threads 1 --no-report --quiet --log tensorboard --out texts
done_with train --data words --model gru --hidden 4 --epochs 1 --threads 1 --no-report --quiet --log tensorboard --out sounds

# A folder that is not to be written to is told, and what is trained is the same.
"$lince" train $settings --epochs 2 --out blocked >out 2>err &
process=$!
for _ in $(seq 600); do
    [ -e blocked/results.csv ] && break
    sleep 0.1
done
kill -9 $process
wait $process 2>/dev/null
rm -rf blocked/tensorboard && : >blocked/tensorboard
run train --resume blocked --log tensorboard --no-report --quiet
{ [ $code -eq 0 ] && grep -q -- '--log tensorboard: no more is told: ' err && [ -e blocked/test.json ]; } || wrong "a log that cannot be written: found $code:"

if "$python" -c 'import tensorboard' 2>/dev/null; then
    "$python" "$TEST_SOURCE_DIR/tests/cli/log_checks.py" || failures=$((failures + 1))
elif [ $failures -eq 0 ]; then
    echo "skipped: $python has no TensorBoard: its reader has not read the files"
    exit 77
fi
finish
