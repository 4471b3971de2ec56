# Weights files on the command line: described, converted, asked, started from. usage: test_weights.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" weights

# expect CODE TEXT ARGUMENTS...: the exit code, and a text in what is said ("": any)
expect() {
    local code=$1 text=$2 found
    shift 2
    "$lince" "$@" >out 2>err </dev/null
    found=$?
    [ $found -eq "$code" ] || wrong "lince $*: expected exit code $code, found $found"
    grep -qF -- "$text" out err || wrong "lince $*: expected '$text'"
}

# A little network, trained for a moment on two of the built-in classes, and its weights as a .pth.
"$lince" synth images all --n 120 >out 2>err || wrong "synth"
mapfile -t classes < <(ls all/train)
for part in train test; do
    mkdir -p two/$part four/$part
    for class in "${classes[@]:0:2}"; do cp -r "all/$part/$class" two/$part; done
    for class in "${classes[@]:2:4}"; do cp -r "all/$part/$class" four/$part; done
done
small=(--model resnet20 --image-size 16 --batch-size 4 --train-limit 4 --val-split 0 --epochs 1 --quiet)
expect 0 "" train --data two "${small[@]}" --out run
expect 0 "tensors" convert run/weights/best.safetensors best.pth
expect 0 "resnet20, classes: 2" info best.pth
grep -q "format  *PyTorch (zip)" out || wrong "the format is not said"
grep -q "lince.model = resnet20" out || wrong "the metadata are lost"
expect 0 '"kind": "weights"' info --json best.pth

# The same answers from the run, from its file, and from the file of the other format, which says all of itself.
picture=$(ls two/test/*/*.png | head -1)
for source in "--run run" "--weights run/weights/best.safetensors" "--weights best.pth"; do
    # shellcheck disable=SC2086
    expect 0 "$picture" predict $source "$picture"
    mv out "answer ${source//\//-}"
done
cmp -s "answer --run run" "answer --weights best.pth" || wrong "the answers differ"
expect 0 '"n": ' eval --weights best.pth --data two --json

# A data set with more classes than the model's: those that it knows are taken, which a run says of itself.
expect 1 "classes that the model does not know: 8 of 10 (cross, disc, heart, ring, square, ...); --classes names those to take" eval --weights best.pth --data all
"$lince" eval --run run --data two >of_two 2>err
expect 0 "" eval --weights best.pth --data all --classes "${classes[1]},${classes[0]}"
cmp -s out of_two || wrong "eval --classes differs from the evaluation of these classes alone"
expect 1 "classes that the model does not know: 1 of 2 (${classes[2]})" \
    eval --weights best.pth --data all --classes "${classes[0]},${classes[2]}"
expect 2 "there is no class '${classes[0]}x'; did you mean '${classes[0]}'?" \
    eval --weights best.pth --data all --classes "${classes[0]}x,${classes[1]}"
expect 0 "" train --data all --classes "${classes[0]},${classes[1]}" "${small[@]}" --out chosen
expect 0 '"n": ' eval --run chosen --data all/test --json

# Other classes: the output layer is replaced, and said; --strict refuses that, and then nothing is left.
expect 0 "parameters loaded: 114; replaced: 2; missing: 0; of another shape: 0; unexpected: 0" \
    train --data four "${small[@]:0:10}" --epochs 1 --weights best.pth --out more
grep -qF "replaced: linear.weight: [2, 64] in the file, [4, 64] in the model" err || wrong "what is replaced is not said"
grep -q '"linear.weight"' more/model.json || wrong "what was replaced is not in the run's folder"
expect 1 "best.pth: parameters that fit: 114; replaced: 2" train --data four "${small[@]}" --weights best.pth --strict --out none
[ -e none ] && wrong "a refused training left a folder"
expect 1 "no tensor of the file fits" train --data two "${small[@]}" --model vgg11 --image-size 32 --weights best.pth --out none

# What is no weights file, or not one of this network.
expect 1 "does not fit resnet32" predict --model resnet32 --weights best.pth "$picture"
head -c 1000 best.pth >cut.pth
expect 1 "cut.pth" predict --weights cut.pth "$picture"
printf '\x80\x02cposix\nsystem\nX\x0b\x00\x00\x00touch owned\x85R.' >evil.pth
expect 1 "GLOBAL of 'posix.system'" info evil.pth
expect 1 "GLOBAL of 'posix.system'" train --data two "${small[@]}" --weights evil.pth --out none
[ -e owned ] && wrong "a file was run"
printf 'a\nb\nc\n' >three.txt
expect 1 "names, one a line: 3; classes of the model: 2" predict --weights best.pth --classes-file three.txt "$picture"

finish
