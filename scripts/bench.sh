#!/usr/bin/env bash
# Training and inference rates on this machine. usage: scripts/bench.sh BUILD
set -euo pipefail
build=$1
cmake --build "$build" --target bench_model bench_recurrent
for batch in 16 128; do
    "$build/bench/bench_model" vgg16 32 "$batch"
done
"$build/bench/bench_recurrent"
