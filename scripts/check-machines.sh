#!/usr/bin/env bash
# The tests as other machines would run them: all at each lower level of instructions that this one has (LINCE_CPU), those
# of the kernels on emulated processors (an instruction that those lack ends the program), and cross-built for arm64.
# usage: scripts/check-machines.sh FOLDER     (FOLDER/gcc: the build with gcc)
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath "$1")

# Tests whose name begins with a level choose it themselves.
levels=plain
grep -q avx512dq /proc/cpuinfo && levels='avx2 plain'
for level in $levels; do
    echo "== all tests at level $level"
    LINCE_CPU=$level ctest --test-dir "$folder/gcc" --output-on-failure -j2 -E '^(avx512|avx2|plain)/'
done

# The tests of all kernels but the convolutions' own (half an hour when emulated, and layers use them), of layers, a training
# run, and what the machine says it is. Nothing but kernels is compiled for more than every machine has.
tests='core_cpu layers_layers'
for source in tests/{kernels,ops}/test_*.c; do
    name=$(basename "$source" .c)
    [ "$name" = test_conv ] || tests+=" $(basename "$(dirname "$source")")_${name#test_}"
done
# Emulation is slow: few random shapes, no turning in place.
export LINCE_TEST_SHAPES=20 GOMP_SPINCOUNT=1000
try() { # BUILD PROGRAM...
    local build=$1 name
    shift
    for name in $tests; do
        "$@" "$build/tests/${name}_test" >"$folder/machine.log" 2>&1 || { tail -50 "$folder/machine.log"; return 1; }
    done
    rm -rf "$folder/machine"
    "$@" "$build/lince" version --verbose
    "$@" "$build/lince" synth images "$folder/machine/data" --n 60 --seed 1 >/dev/null
    "$@" "$build/lince" train --data "$folder/machine/data" --model resnet20 --epochs 1 --batch-size 8 --image-size 16 \
        --out "$folder/machine/run" --quiet
}

# Nehalem has no AVX; Haswell has what level avx2 asks for and not more. The cache of kernels is no other machine's.
for processor in Nehalem Haswell; do
    echo "== an emulated $processor"
    XDG_CACHE_HOME=$folder/machine-cache try "$folder/gcc" qemu-x86_64 -cpu "$processor"
done

echo "== arm64"
scripts/arm64-root.sh "$folder/arm64-root"
cmake -S . -B "$folder/arm64" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake \
    -DLINCE_ARM64_ROOT="$folder/arm64-root" -DLINCE_WERROR=ON >/dev/null
cmake --build "$folder/arm64"
XDG_CACHE_HOME=$folder/machine-cache try "$folder/arm64" qemu-aarch64 -L "$folder/arm64-root"
