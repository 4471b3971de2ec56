# Which loss is made small, as the program shows it. usage: test_loss.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" loss

"$lince" synth tweets tweets --n 200 --seed 1 >/dev/null
training=(--data tweets --model gru --hidden 8 --embedding 8 --batch-size 32 --epochs 2 --lr 0.01 --seed 5 --threads 1 --lang en --no-report)

# json KEY: the number of that name in ./out
json() { sed -n "s/.*\"$1\": \([0-9.e-]*\).*/\1/p" out | head -1; }
# column N RUN: a column of the last epoch in RUN's results
column() { tail -1 "$2/results.csv" | cut -d, -f"$1"; }

done_with train "${training[@]}" --loss cross-entropy --out entropy
done_with train "${training[@]}" --loss focal --out focal
done_with train "${training[@]}" --loss focal --gamma-focal 0 --out plain

# One definition: what validation told in training is what a later evaluation finds.
for run in entropy focal; do
    done_with eval --run $run --split val --json
    awk -v a="$(json loss)" -v b="$(column 5 $run)" 'BEGIN {exit !(a > 0 && (a - b)^2 < 1e-10)}' ||
        wrong "$run: evaluated, the validation part's loss is not the last epoch's, $(column 5 $run)"
done
done_with eval --run focal --json
grep -q '"criterion": {"name": "focal", "gamma-focal": 2' out || wrong "the evaluation does not say that its loss is focal"
done_with eval --run entropy --json
grep -q criterion out && wrong "the usual loss is named"

# At gamma 0 it is cross-entropy, at 2 another, and smaller.
[ "$(cut -d, -f1,3- entropy/results.csv)" = "$(cut -d, -f1,3- plain/results.csv)" ] || wrong "focal loss at gamma 0 is not cross-entropy"
awk -v a="$(column 3 focal)" -v b="$(column 3 entropy)" 'BEGIN {exit !(a < b)}' || wrong "the focal loss is no smaller than cross-entropy"
grep -qx 'loss: focal' focal/config.yaml || wrong "config.yaml does not name the loss"

done_with report focal --lang es
grep -q '| pérdida | pérdida focal, gamma 2 |' focal/report.md || wrong "the report does not name the loss"
done_with compare entropy focal --out both --lang en
grep -q 'trained with different losses' both/compare.md || wrong "losses of two kinds are compared"

expect 2 '--gamma-focal 3: is a number of --loss focal, and the loss is cross-entropy' train "${training[@]}" --gamma-focal 3
expect 2 'did you mean focal' train "${training[@]}" --loss focla
expect 2 'tune: gamma-focal cannot vary where trials are judged by the loss' \
    tune "${training[@]}" --loss focal gamma-focal=1,2 --trials 2 --objective loss
finish
