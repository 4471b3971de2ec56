# Which size pictures get, how they are fitted to it, and what weights have to say of both. usage: test_sizes.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" sizes

# says TEXT FILE: the text stands in it
says() {
    grep -qF -- "$1" "$2" || wrong "$2 does not say '$1'"
}

# A picture of the 40 x 30 pixels that the built-in ones have not.
"$lince" synth images same --n 60 >out 2>err || wrong "synth"
cp -r same mixed
photo=$(find mixed/test -name '*.png' | sort | head -1)
base64 -d >"$photo" <<<'iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAA0klEQVR4nLWXSxKEIBBDxykPxv1P5dZPOp0EYAXpkIclih6/ro05Q1X9t+BN7dyPGPvAOJq3AOxisF8HizzVpoDbLG7A1RZMQqdKZ+2pCmt0d3PBlESswN9pYro6EYKzuFZ5DINd7QEq/xdspeRDa3ORILvEwUG0OuX1HLtxeX/mdLJIb9Hd1WWQKRovEB0g4fVDwqU2/iX3OOncwVNBdQfr2QskhN0Nynk8Op3DsB5/c4nLKoerDgmCwR7xiiEvpg4CHrWoL4KV+L8TxIuLaBZ0AX/KMzID8VXMAAAAAElFTkSuQmCC'
done_with info mixed
says 'pictures: 32 to 40 pixels wide, 30 to 32 high' out
small=(--model resnet20 --train-limit 1 --val-split 0 --epochs 1 --batch-size 5 --threads 1)

# All of one size: that one. Others: 224, whatever the first file by name measures; and both are told.
done_with train --data same "${small[@]}" --out same_run --no-report
says 'input: 32 x 32 pixels, the size of all pictures' err
says 'image-size: 32' same_run/config.yaml
done_with info same
says 'pictures: 32x32 pixels' out
done_with info mixed
expect 2 "--resize 200: smaller than the input of 224 x 224 pixels" \
    train --data mixed "${small[@]}" --resize 200 --out none
says 'input: 224 x 224 pixels, because the pictures differ (32 to 40 wide, 30 to 32 high)' err

# Height before width, as PyTorch has them; in the run, its weights and its report.
done_with train --data mixed "${small[@]}" --image-size 16x24 --fit pad --interpolation bicubic --out padded
says 'image-size: 16x24' padded/config.yaml
says 'fit: pad' padded/config.yaml
says 'Pictures enter the network as 24 × 16 pixels' padded/report.md
says 'until they fit in (bicubic, antialiased), and stand in the middle of black' padded/report.md
done_with info padded/weights/best.safetensors
says 'lince.fit = pad' out
done_with train --data same "${small[@]}" --image-size 16 --resize 20 --out cut
says 'until their shorter side has 20 pixels (bilinear, antialiased); then the middle is cut out' cut/report.md

# A picture asked by the run is fitted as the run's own were; other fits, other answers.
ask() { "$lince" predict --weights padded/weights/best.safetensors --json "$@" "$photo" 2>err >out && cat out; }
[ "$(ask)" = "$("$lince" predict --run padded --json "$photo")" ] || wrong "the file is asked otherwise than the run"
[ "$(ask --fit pad)" = "$(ask)" ] || wrong "--fit pad is not the file's own"
[ "$(ask --fit crop)" != "$(ask)" ] || wrong "--fit crop changes nothing"
[ "$(ask --interpolation bilinear)" != "$(ask)" ] || wrong "--interpolation changes nothing"
ask --normalize cifar10 >/dev/null; says '--normalize cifar10: the weights expect' err
ask --fit crop >/dev/null; says 'pictures are fitted by crop, resize 0, bicubic; the weights expect pad, resize 0, bicubic' err
ask --fit pad >/dev/null; [ -s err ] && wrong "a note though nothing is asked for otherwise"
expect 2 "--image-size 16x: expected pixels up to 4096" predict --weights padded/weights/best.safetensors --image-size 16x "$photo"
expect 2 "--image-size 0x9: expected" train --data same "${small[@]}" --image-size 0x9 --out none
expect 2 "--fit stretch: expected one of auto|crop|squash|pad" train --data same --fit stretch --out none

# --weights: the architecture and the numbers of the normalisation are the file's, unless something is asked for.
begin=(--weights padded/weights/best.safetensors --train-limit 1 --val-split 0 --epochs 1 --batch-size 5 --threads 1)
numbers=$("$lince" info padded/weights/best.safetensors | sed -n 's/.*lince.normalize = //p')
done_with train --data same "${begin[@]}" --image-size 16x24 --out more
says 'weights of resnet20, as it says' err
says "normalised by the numbers that the weights expect: $numbers" err
says 'model: resnet20' more/config.yaml
says "normalize: \"$numbers\"" more/config.yaml
says 'fit: pad' more/config.yaml
says 'These are the numbers that the weights' more/report.md
done_with train --data same "${begin[@]}" --image-size 32 --normalize measured --out anew --no-report
says "--normalize measured: the weights expect $numbers" err
says 'normalize: measured' anew/config.yaml
says 'fit: crop' anew/config.yaml
done_with convert padded/weights/best.safetensors plain.pth

# Weights of another architecture: hardly any fit, which is a warning, and nothing is cut off in the list.
done_with train --data same --model resnet32 "${begin[@]}" --image-size 16 --out other --no-report
grep -q 'only [0-9]* of the [0-9]* parameters of resnet32 are in' err && wrong "more than half are there"
done_with train --data same --model resnet56 "${begin[@]}" --image-size 16 --out another --no-report
says 'only 116 of the 296 parameters of resnet56 are in padded/weights/best.safetensors: the others begin at random' err
[ "$(grep -c '^ *missing: ' err)" -gt 100 ] || wrong "the list of what is missing is cut off"
finish
