# --precision bf16: a run that learns by rounded products, says so in its weights, is measured likewise by eval, and is resumed to
# the same weights; a network for floats answers otherwise in low bits only. usage: test_precision.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" precision

"$lince" synth images data --n 300 --seed 1 >/dev/null
training=(--data data --model resnet20 --epochs 6 --batch-size 20 --image-size 16 --lr 0.005 --seed 5 --lang en --no-report --deterministic)

expect 2 "bf17" train "${training[@]}" --precision bf17 --out refused
done_with train "${training[@]}" --out floats
done_with train "${training[@]}" --precision bf16 --threads 2 --out rounded
cmp -s floats/weights/last.safetensors rounded/weights/last.safetensors && wrong "--precision bf16 changes nothing"
grep -q '^precision: bf16' rounded/config.yaml || wrong "config.yaml does not say it"
done_with info rounded/weights/best.safetensors
grep -q "lince.precision = bf16" out || wrong "the weights do not say it"
run info floats/weights/best.safetensors
! grep -q "lince.precision" out || wrong "weights of floats say a precision"

# Rounding to 8 bits is no more than a little noise.
loss() { sed -n 's/^  "loss": \([0-9.e-]*\),*$/\1/p' "$1"; }
awk -v a="$(loss floats/test.json)" -v b="$(loss rounded/test.json)" 'BEGIN { exit !(b - a < 0.3 && a - b < 0.3) }' ||
    wrong "loss $(loss rounded/test.json) with bf16, $(loss floats/test.json) without"

done_with eval --run rounded --json
# Of another batch size other rows may sum; what differs in last bits may be rounded to another number of 8 bits.
measured=$(sed -n 's/^{"n": [0-9]*, "loss": \([^,]*\),.*/\1/p' out)
awk -v a="$measured" -v b="$(loss rounded/test.json)" 'BEGIN { exit !(a > 0 && a - b < 0.01 && b - a < 0.01) }' || wrong "eval measures otherwise than the run's own test"

interrupted resumed train "${training[@]}" --precision bf16 --checkpoint-every 0.00001 --threads 1 --out resumed
done_with train --resume resumed
cmp -s rounded/weights/last.safetensors resumed/weights/last.safetensors || wrong "other weights after a resume on another number of threads"

# Weights that name a precision that nobody knows are refused.
sed 's/"lince.precision":"bf16"/"lince.precision":"bf17"/' rounded/weights/best.safetensors >strange.safetensors
run predict --weights strange.safetensors data/test/*/*.png
{ [ $code -eq 1 ] && grep -q "bf17\|checksum" err; } || wrong "a strange precision: $code"
finish
