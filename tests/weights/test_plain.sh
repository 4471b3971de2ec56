# A format of weights files is a row: a program whose list has one line more (plain/weights/formats/list.def) reads it, writes
# it, names it, and builds the network that its files describe. usage: test_plain.sh LINCE LINCE_WITH_THE_ROW
lince=$2
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" plain_weights

# says TEXT: in what the last command printed
says() { grep -qF -- "$1" out err || wrong "expected '$1'"; }

# A network that the file brings: 2 x 2 pixels of 3 channels, one of them counts; redder than greener.
values() { printf '%s\n' "wide.weight 1 12 : 1 1 1 1 -1 -1 -1 -1 0 0 0 0" "wide.bias 1 : 0" "$1.weight 2 1 : 4 -4" "$1.bias 2 : -1 1"; }
{
    printf '%s\n' "plain weights" "lince.model = redness" "lince.architecture = plain text:1" 'lince.classes = ["red","green"]' \
        "lince.image_size = 2x2" "lince.normalize = none"
    values out
} >net.plain

# Help, messages and completion name it.
for command in train eval predict; do
    done_with help $command
    says '--weights *.safetensors|*.pth|*.pt|*.th|*.plain'
done
done_with help convert
says '*.plain                       plain text'
run convert net.plain net.h5
[ $code -eq 2 ] || wrong "an unknown ending"
says 'expected one of *.safetensors|*.pth|*.pt|*.th|*.plain'
echo nothing >nothing.plain
run convert nothing.plain net.pth
says 'safetensors, PyTorch (zip), PyTorch (legacy), ONNX, plain text'

# Described, with its own network, and names as they are today.
done_with info net.plain
says 'plain text'
says 'redness, classes: 2; parameters that fit: 4 of 4'
says 'cls.weight'

# There and back by the other formats: the same tensors, and the network stays with them.
done_with convert net.plain net.safetensors
done_with convert net.safetensors net.pth
done_with convert net.pth again.plain
cmp -s <(grep : again.plain | grep -v lince) <(values cls) || wrong "not the same tensors: $(cat again.plain)"

# Asked: the same answers from all of them.
printf 'P6 2 2 255 \377\0\0\377\0\0\377\0\0\377\0\0' >red.ppm
printf 'P6 2 2 255 \0\377\0\0\377\0\0\377\0\0\377\0' >green.ppm
for file in net.plain net.safetensors net.pth again.plain; do
    done_with predict --weights $file red.ppm green.ppm
    { grep -q 'red.ppm.*red.*1.0000' out && grep -q 'green.ppm.*green.*0.88' out; } || wrong "answers of $file"
done

# What the program without the row says of such files; and what trains is named.
mkdir -p data/train/a data/train/b data/test/a data/test/b
for part in train test; do cp red.ppm data/$part/a && cp green.ppm data/$part/b; done
done_with train --data data --weights net.plain --epochs 1 --batch-size 1 --val-split 0 --threads 1 --no-report --out run
says 'brings a network of its own, redness'
done_with predict --run run red.ppm
done_with train --resume run --epochs 2 --threads 1 --no-report
lince=$1
run predict --weights net.plain red.ppm
[ $code -eq 1 ] || wrong "read an unknown format"
says 'not a weights file that lince knows'
run predict --weights net.safetensors red.ppm
[ $code -eq 1 ] || wrong "built an unknown network"
says "its network is described for the format 'plain text', which lince does not build"
finish
