# lince export: a run as ONNX, which says what goes in and, where python3 has onnxruntime, gives ONNX Runtime the same answers.
# usage: test_export.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" export
make_tiny_runs
"$lince" synth sounds words --n 48 >/dev/null
done_with train --data words --model gru --hidden 4 --epochs 1 --threads 1 --no-report --quiet --out sounds

# says TEXT: in what the last command printed
says() { grep -qF -- "$1" out err || wrong "expected '$1'"; }

expect 2 'lince export: expected a run or a weights file' export
expect 2 'lince export: expected a run or a weights file' export shapes
expect 1 'no-such-run: there is no such run' export no-such-run model.onnx
expect 2 'is for pictures, and' export texts model.onnx --with-preprocessing
expect 2 'es para imágenes' export texts model.onnx --with-preprocessing --lang es
[ ! -e model.onnx ] || wrong "a refused export left a file"
expect 1 'no-such-folder-that-is-a-file' export shapes shapes/config.yaml/no-such-folder-that-is-a-file

# A file is replaced whole, and the same model gives the same bytes.
done_with export shapes shapes.onnx
says 'input input: float [batch, 3, 32, 32]'
says 'output logits: float [batch, 10]'
cp shapes.onnx first.onnx
done_with export shapes/weights/best.safetensors shapes.onnx --quiet
[ ! -s err ] || wrong "not quiet"
cmp -s first.onnx shapes.onnx || wrong "another file"
done_with export shapes pixels.onnx --with-preprocessing
says 'input pixels: uint8 [batch, height, width, 3]'
says 'the smallest size that covers 32 x 32 pixels'
done_with export texts texts.onnx
says 'input tokens: int64 [batch, steps]'
done_with export sounds sounds.onnx
says 'input lengths: int64 [batch]'
grep -q 'lince.vocabulary' texts.onnx && grep -q '"checkerboard"' shapes.onnx || wrong "no metadata"

# What was exported is read again as what it is; and as a stranger's, from the graph alone, it is asked, trained and written.
answers() { "$lince" predict "$@" pictures/test/*/*.png --lang en 2>/dev/null | awk '{ print $(NF - 1), $NF }'; }
done_with train --data pictures --model squeezenet1_1 --image-size 32 $tiny --out squeezed
done_with export squeezed squeezed.onnx
answers --run squeezed >wanted
[ -s wanted ] || wrong "no answers"
answers --model squeezed.onnx >found
cmp -s wanted found || wrong "another answer of its own export"
LC_ALL=C sed 's/lince\.model/other.model/' squeezed.onnx >strange.onnx
done_with info strange.onnx
says 'strange, classes: 10'
run predict --model strange.onnx pictures/test/disc/*.png
[ $code -eq 0 ] || wrong "a stranger's network"
says 'nor what its classes are called'
done_with convert strange.onnx strange.safetensors
done_with predict --weights strange.safetensors pictures/test/disc/*.png
done_with export strange.onnx again.onnx
# Trained on, its output layer made anew; gone on with; and out again.
done_with train --data pictures --model strange.onnx --image-size 32 $tiny --out tuned
done_with train --resume tuned --epochs 2 --threads 1 --no-report --quiet
done_with predict --run tuned pictures/test/disc/*.png
done_with export tuned tuned.onnx

# Without onnxruntime that is said. A python3 of our own tells why it fails.
mkdir bin
printf '#!/bin/sh\necho No module named numpy\nexit 3\n' >bin/python3
chmod +x bin/python3
PATH=$scratch/bin:$PATH expect 1 'python3 has no onnxruntime (No module named numpy)' export shapes shapes.onnx --verify --quiet
printf '#!/bin/sh\necho 0.25\n' >bin/python3
PATH=$scratch/bin:$PATH expect 1 "shapes.onnx: ONNX Runtime's logits differ from lince's by 0.25" export shapes shapes.onnx --verify --quiet
printf '#!/bin/sh\necho this is no model >&2\nexit 1\n' >bin/python3
PATH=$scratch/bin:$PATH expect 1 'shapes.onnx: ONNX Runtime cannot run it: this is no model' export shapes shapes.onnx --verify --quiet

if python3 -c 'import onnxruntime' 2>/dev/null; then
    for model in shapes texts sounds; do
        done_with export $model $model.onnx --verify
        says "ONNX Runtime's logits differ"
    done
    done_with export shapes pixels.onnx --with-preprocessing --verify
else
    echo "python3 has no onnxruntime: the answers were not compared"
fi
[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'lince-??????' -newer first.onnx -user "$(id -un)" 2>/dev/null)" ] || wrong "a folder was left in ${TMPDIR:-/tmp}"
finish
