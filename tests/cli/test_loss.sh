# Which loss is made small, the weights of classes, and what epochs draw, as the program shows it. usage: test_loss.sh LINCE
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

# Weights of classes: those that are typed, or in a file, are those of the balanced run, which data.json tells.
done_with train "${training[@]}" --class-weights balanced --out balanced
weights=$(tr -d ' \n' <balanced/data.json | sed 's/.*"class_weights":\[\([^]]*\)\].*/\1/')
paste -d, <(tr -d ' \n' <balanced/data.json | sed 's/.*"classes":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | tr -d '"') <(tr ',' '\n' <<<"$weights") >weights.csv
done_with train "${training[@]}" --class-weights "$(tr ',\n' '=,' <weights.csv | sed 's/,$//')" --out typed
done_with train "${training[@]}" --class-weights weights.csv --out filed
for run in typed filed; do
    cmp -s balanced/weights/last.safetensors $run/weights/last.safetensors || wrong "$run: not the weights of the balanced run"
done
cmp -s balanced/weights/last.safetensors entropy/weights/last.safetensors && wrong "weights of classes change nothing"
done_with report typed --lang es
grep -q '| pérdida | entropía cruzada, clases ponderadas: [a-z]* [0-9.]*, ' typed/report.md || wrong "the report does not name the weights"

# A resumed run goes on with the weights that it was begun with.
done_with train "${training[@]}" --class-weights weights.csv --keep-checkpoint --scheduler constant --out resumed
rm weights.csv
done_with train --resume resumed --epochs 3
done_with train "${training[@]}" --class-weights balanced --scheduler constant --epochs 3 --out whole
cmp -s whole/weights/last.safetensors resumed/weights/last.safetensors || wrong "a resumed run has other weights of classes"

# Balanced epochs: told, resumed exactly, and not those of a shuffled run.
done_with train "${training[@]}" --sampler balanced --keep-checkpoint --scheduler constant --out drawn
grep -q '"sampler": "balanced"' drawn/data.json || wrong "data.json does not tell of the sampler"
grep -q sampler entropy/data.json && wrong "data.json tells of the usual sampler"
done_with train --resume drawn --epochs 3
done_with train "${training[@]}" --sampler balanced --scheduler constant --epochs 3 --out drawn-whole
cmp -s drawn/weights/last.safetensors drawn-whole/weights/last.safetensors || wrong "a resumed run draws other samples"
done_with report drawn --lang es
grep -q 'equilibrado: cada clase' drawn/report.md || wrong "the report does not tell of the sampler"
done_with train "${training[@]}" --sampler balanced --class-weights balanced --epochs 1 --out both-ways
grep -q 'one of the two is enough' err || wrong "balanced twice without a word"

expect 2 "there is no class 'hapy'" train "${training[@]}" --class-weights hapy=2
expect 2 'did you mean balanced' train "${training[@]}" --class-weights balancd
expect 2 '--gamma-focal 3: is a number of --loss focal, and the loss is cross-entropy' train "${training[@]}" --gamma-focal 3
expect 2 'did you mean focal' train "${training[@]}" --loss focla
expect 2 'tune: gamma-focal cannot vary where trials are judged by the loss' \
    tune "${training[@]}" --loss focal gamma-focal=1,2 --trials 2 --objective loss
finish
