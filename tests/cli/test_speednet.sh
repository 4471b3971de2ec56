# speednet8: a first layer fitted to the training pictures once, that stays; norms without factors; and a resumed run that is
# the uninterrupted one. usage: test_speednet.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" speednet

"$lince" synth images shapes --n 60 --seed 1 >/dev/null
training=(--data shapes --model speednet8 --batch-size 16 --augment crop=2,flip --threads 1 --seed 3 --no-report --quiet --lang en)

# values RUN NAME: the tensor of last.safetensors, as hexadecimal digits
values() {
    python3 - "$1/weights/last.safetensors" "$2" <<'END'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
begin, end = json.loads(data[8 : 8 + size])[sys.argv[2]]["data_offsets"]
print(data[8 + size + begin : 8 + size + end].hex())
END
}

# same A B NAME: the tensor has the same bits in both runs
same() { [ "$(values "$1" "$3")" = "$(values "$2" "$3")" ] || wrong "$3 differs between $1 and $2"; }
differ() { [ "$(values "$1" "$3")" != "$(values "$2" "$3")" ] || wrong "$3 is the same in $1 and $2"; }

done_with train "${training[@]}" --epochs 1 --lr 1e-9 --optimizer sgd --out first
done_with train "${training[@]}" --epochs 2 --out second
same first second whiten.weight        # fitted to the same pictures, and not trained
differ first second whiten.bias
differ first second groups.0.norm1.bias
same first second groups.1.norm2.weight
[ "$(values second groups.0.norm1.weight)" = "$(printf '0000803f%.0s' {1..64})" ] || wrong "a norm's factors are not 1"

# Other pictures, or another order of so many that only some are looked at, other filters.
"$lince" synth images others --n 60 --seed 2 >/dev/null
done_with train "${training[@]}" --data others --epochs 1 --out other
differ first other whiten.weight

# Weights that are loaded are not fitted anew, whatever the pictures.
done_with train "${training[@]}" --data others --weights first/weights/last.safetensors --epochs 1 --out loaded
same first loaded whiten.weight

# A resumed run is the uninterrupted one.
interrupted interrupted train "${training[@]}" --epochs 2 --checkpoint-every 0.00001 --out interrupted
done_with train --resume interrupted
cmp -s second/weights/last.safetensors interrupted/weights/last.safetensors || wrong "the resumed run has other weights"

# What is never trained has no rate.
expect 2 'no parameter is called so' train "${training[@]}" --lr-factor 'whiten.weight=2' --out no
finish
