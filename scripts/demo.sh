#!/usr/bin/env bash
# The main job on the built-in sample: draws pictures, trains VGG16 on them and says where its report is.
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
