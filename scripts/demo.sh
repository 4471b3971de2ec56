#!/usr/bin/env bash
# The main jobs on the built-in samples: VGG16 on pictures, and an RNN against a GRU on short texts; says where the
# reports are.
# usage: scripts/demo.sh LINCE
set -euo pipefail
lince=$1
pictures=6000
data=runs/demo-data-$pictures
out=runs/demo
# The classifier sees each of the last features 49 times (7 x 7 copies of one), so that a step moves it 49 times as far:
# SGD's usual rates kill its hidden layer, AdamW at 5e-4 does not.
training=(--model vgg16_bn --head 256 --dropout 0.2 --epochs 4 --batch-size 32 --optimizer adamw --lr 5e-4
    --scheduler onecycle --seed 1)

mkdir -p runs
[ -d "$data" ] || "$lince" synth images "$data" --n "$pictures" --seed 1
run=$("$lince" train --data "$data" --out "$out" "${training[@]}")
"$lince" eval --run "$run" --quiet
echo "report: $run/report.html"

# Then short texts, whose sentiment stands up to 60 words before their end: how far do a vanilla RNN and a GRU carry it?
texts=runs/demo-texts
training=(--embedding 32 --hidden 64 --max-tokens 80 --split-by group --group-column group --epochs 8 --batch-size 32
    --lr 4e-3 --scheduler onecycle --clip-grad 1 --seed 1)
[ -d "$texts" ] || "$lince" synth tweets "$texts" --n 6000 --seed 1
for model in rnn gru; do
    run=$("$lince" train --data "$texts" --model "$model" --out "runs/demo-$model" "${training[@]}")
    echo "$model:"
    "$lince" eval --run "$run" --quiet
    echo "report: $run/report.html"
done
