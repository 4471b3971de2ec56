#!/usr/bin/env bash
# The main job on the built-in sample: draws pictures, trains VGG16 on them and says where its report is.
# usage: scripts/demo.sh LINCE
set -euo pipefail
lince=$1
pictures=6000
data=runs/demo-data-$pictures
out=runs/demo
training=(--model vgg16_bn --head 256 --epochs 2 --batch-size 64 --lr 0.02 --scheduler onecycle --seed 1)

mkdir -p runs
[ -d "$data" ] || "$lince" synth images "$data" --n "$pictures" --seed 1
run=$("$lince" train --data "$data" --out "$out" "${training[@]}")
"$lince" eval --run "$run" --quiet
echo "report: $run/report.html"
