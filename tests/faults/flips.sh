# Random bits of a run's weights and checkpoints are turned over (flips.c), and a run whose checkpoint is damaged is resumed.
# usage: flips.sh LINCE FLIPS N     in TEST_SCRATCH
lince=$1
flips=$2
count=$3
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" flips

done_with synth tweets data --n 60 --seed 1
done_with train --data data --model gru --hidden 8 --embedding 8 --epochs 1 --batch-size 16 --seed 3 --threads 1 \
    --optimizer adam --keep-checkpoint --no-report --out run
done_with convert run/weights/best.safetensors best.pth
state=run/checkpoint/state.safetensors
"$flips" "$count" 1 $state $state run/checkpoint/end.safetensors run/weights/best.safetensors best.pth >out 2>err ||
    wrong "something was silently different"
cat out

done_with info --verify run
grep -q '^checkpoint/state.safetensors: as it was written' out || wrong "the checkpoint was not looked at"
grep -q '^without a checksum: .*config.yaml' out || wrong "nobody says what has no checksum"

# a byte of a tensor, of the header
turn() { python3 - "$@" <<'END'
import sys
path, place = sys.argv[1], int(sys.argv[2])
with open(path, "r+b") as f:
    f.seek(place, 2 if place < 0 else 0)
    byte = f.read(1)[0] ^ 4
    f.seek(place, 2 if place < 0 else 0)
    f.write(bytes([byte]))
END
}
cp $state state
for place in -5 3000; do
    cp -r run damaged
    turn damaged/checkpoint/state.safetensors $place
    rm damaged/checkpoint/end.safetensors
    before=$(find damaged -type f -exec sha256sum {} + | sort)
    expect 1 "damaged/checkpoint/state.safetensors: " train --resume damaged
    [ "$before" = "$(find damaged -type f -exec sha256sum {} + | sort)" ] || wrong "a refused resume changed the run"
    run info --verify damaged
    { [ $code -eq 1 ] && grep -q 'files that are damaged: 1' err; } || wrong "info --verify does not say so"
    rm -r damaged
done
cp run/weights/best.safetensors best.safetensors
turn best.safetensors -5
expect 1 "best.safetensors: damaged: tensor '" predict --model gru --weights best.safetensors --text hello
run info --verify best.safetensors
[ $code -eq 1 ] || wrong "info --verify does not see a damaged file"
done_with info --verify best.pth
finish
