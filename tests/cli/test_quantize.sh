# lince quantize: a run's weights in 8 bits answer as a weights file does, with the run's settings; what is lost is told, and where it
# is too much nothing is written. usage: test_quantize.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" quantize
"$lince" synth images pictures --n 200 --seed 1 >/dev/null
done_with train --data pictures --model resnet20 --epochs 1 --threads 1 --no-report --quiet --out shapes
"$lince" synth tweets tweets --n 60 --seed 1 >/dev/null
done_with train --data tweets --model gru --hidden 4 --embedding 4 --epochs 1 --threads 1 --no-report --quiet --out texts

expect 2 'lince quantize: expected a run' quantize
expect 2 'is a weights file' quantize shapes/weights/best.safetensors
expect 1 'read sequences' quantize texts
expect 1 'leen secuencias' quantize texts --lang es
expect 2 '--calibrate' quantize shapes --calibrate 0
expect 2 '--max-loss' quantize shapes --max-loss=-1

# Untimed, it is the same file each time.
for copy in one two; do done_with quantize shapes --calibrate 16 --max-loss 100 --untimed --threads 1 --out $copy.safetensors; done
cmp one.safetensors two.safetensors || wrong "untimed, and not the same"
if grep -q 'times as fast' err; then wrong "untimed, and times are told"; fi
grep -q '"speed": \[\]' shapes/quantize.json || wrong "untimed, and quantize.json has times"
done_with predict --weights one.safetensors pictures/test/*/*.png

run quantize shapes --calibrate 16 --max-loss 100 --threads 1
if [ $code -eq 1 ] && grep -q 'not faster here' err; then
    [ ! -e shapes/weights/int8.safetensors ] || wrong "what was refused left a file"
    echo "8 bits are not faster on this machine"
    exit 77
fi
[ $code -eq 0 ] || wrong "found $code"
grep -q 'accuracy on the validation part' err && grep -q 'accuracy on the test part' err && grep -q 'times as fast' err ||
    wrong "not told"
file=shapes/weights/int8.safetensors
[ "$(stat -c %s $file)" -lt $(($(stat -c %s shapes/weights/best.safetensors) / 3)) ] || wrong "it is not small"
grep -q '"validation"' shapes/quantize.json || wrong "no quantize.json"

# It answers on the run's own data, what quantize.json says, on any number of threads.
done_with eval --run $file --json
accuracy=$(grep -oE '"accuracy": [0-9.e-]+' out | head -1 | awk '{ print $2 }')
said=$(tr -d '\n' <shapes/quantize.json | grep -oE '"test": \{[^}]*\}' | grep -oE '"after": [0-9.e-]+' | awk '{ print $2 }')
awk -v a="$accuracy" -v b="$said" 'BEGIN { exit !(a - b < 1e-6 && b - a < 1e-6) }' || wrong "$accuracy of the test, and $said was said"
done_with predict --run $file --threads 1 pictures/test/*/*.png
cp out first
done_with predict --weights $file --threads 2 pictures/test/*/*.png
cmp -s first out || wrong "other answers on two threads"
expect 2 'in 8 bits already' quantize $file
expect 2 'needs a run' eval --run $file --calibrate

# What reads weights files reads it; it is exported; the report tells of it.
done_with info $file
grep -q I8 out || wrong "lince info does not say what the tensors are"
done_with export $file model.onnx --quiet
grep -q QuantizeLinear model.onnx || wrong "no QuantizeLinear"
if python3 -c 'import onnxruntime' 2>/dev/null; then done_with export $file model.onnx --verify; fi
done_with report shapes
grep -q 'In 8 bits' shapes/report.md || wrong "the report says nothing"
expect 1 'answer, and are not trained' train --data pictures --weights $file --model resnet20 --epochs 1 --out trained
finish
