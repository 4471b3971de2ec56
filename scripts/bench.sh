#!/usr/bin/env bash
# Training and inference rates on this machine, medians: vgg16 at 32x32, with peak memory, and texts; and the time of each
# operation. usage: scripts/bench.sh BUILD
set -euo pipefail
build=$1
cmake --build "$build" --target bench_model bench_recurrent bench_ops >/dev/null
grep -m1 'model name' /proc/cpuinfo || true
for batch in 16 128; do
    for optimizer in sgd adam; do
        "$build/bench/bench_model" vgg16 32 "$batch" "$optimizer"
    done
done
for batch in 1 128; do
    "$build/bench/bench_model" vgg16 32 "$batch" infer
done
"$build/bench/bench_recurrent"
"$build/bench/bench_ops"
