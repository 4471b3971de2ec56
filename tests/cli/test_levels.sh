# At each level of instructions that the machine has (LINCE_CPU): a run that learns, and one that is interrupted and resumed
# to the same weights. usage: test_levels.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" levels

"$lince" synth images data --n 60 --seed 1 >/dev/null
training=(--data data --model resnet20 --epochs 2 --batch-size 10 --image-size 16 --lr 0.01 --seed 5 --lang en --no-report)

at_level() {
    echo "level $1"
    done_with --cpu "$1" version --verbose
    grep -Eq "^level  *$1( |\$)" out || wrong "$1: version names another level"
    done_with --cpu "$1" train "${training[@]}" --out "whole-$1"
    LINCE_CPU=$1 interrupted "resumed-$1" train "${training[@]}" --checkpoint-every 0.00001 --out "resumed-$1"
    LINCE_CPU=$1 done_with train --resume "resumed-$1"
    cmp -s "whole-$1/weights/last.safetensors" "resumed-$1/weights/last.safetensors" || wrong "$1: other weights after a resume"
}

seen=0
for level in plain avx2 avxvnni avx512 avx512vnni amx; do
    if run --cpu $level version && [ $code -eq 0 ]; then
        at_level $level
        seen=$((seen + 1))
    else
        echo "level $level: not on this machine"
    fi
done
[ $seen -gt 0 ] || wrong "no level was run"
finish
