#!/usr/bin/env bash
# The same weights, by their SHA-256, of 1, 2, 3, 4 and 8 processes with one thread and with two: pictures whose norms look at a shard or at the
# whole batch, texts, compressed gradients; shards of one sample, so that each process has one class of a batch, and last batches of fewer
# samples than processes; processes
# without a shard. Run by `make check`. usage: many.sh PROGRAM SCRATCH
# Skipped (77) where there is no mpirun, or lince-mpi.so was not built. MPIRUN: that of the MPI that it was built with.
set -u
lince=$(realpath "$1")
scratch=$2/mpi_many
mpirun=${MPIRUN:-mpirun}
rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
if ! command -v "$mpirun" >/dev/null || [ ! -e "$(dirname "$lince")/lince-mpi.so" ]; then
    echo "SKIPPED: mpirun (openmpi-bin) or lince-mpi.so is not there"
    exit 77
fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_hwloc_base_binding_policy=none
common="--lang en --quiet --no-report --find-duplicates no --epochs 1 --seed 3"
pictures="--data pictures --model resnet20 --image-size 16 $common"
texts="--data tweets --model gru --hidden 8 --embedding 8 --split-by random $common"
"$lince" synth images pictures --n 60 --seed 1 >/dev/null
"$lince" synth tweets tweets --n 90 --seed 1 >/dev/null
failures=0

# all NAME OPTIONS...: the same sum of all; told with what it was
all() {
    local name=$1 first="" sum
    shift
    for n in 1 2 3 4 8; do
        for threads in 1 2; do
            timeout 300 "$mpirun" -n "$n" "$lince" train "$@" --threads "$threads" --out "$name-$n-$threads" >out 2>err </dev/null ||
                { echo "FAILED: $name by $n with $threads" && cat err && failures=1; }
            sum=$(sha256sum <"$name-$n-$threads/weights/last.safetensors")
            [ -n "$first" ] || first=$sum
            cmp <(cut -d, -f1,3- "$name-1-1/results.csv") <(cut -d, -f1,3- "$name-$n-$threads/results.csv") ||
                { echo "FAILED: $name by $n with $threads measures something else" && failures=1; }
            [ "$sum" = "$first" ] || { echo "FAILED: $name by $n with $threads has other weights" && failures=1; }
        done
    done
    echo "$name: ${first%% *}"
}
# 43 and 65 samples to train with: of each, one or two are left for an epoch's last batch.
all shards $pictures --batch-size 14 --shards 7
all whole $pictures --batch-size 14 --shards 7 --sync-bn
all single $pictures --batch-size 8 --shards 8 --sync-bn
all texts $texts --batch-size 16 --shards 8 --accumulate 2
all compressed $texts --batch-size 16 --shards 5 --compress bf16
exit $failures
