# What learns with nothing but --data; how a run tells of it; and that who says how to learn is heard.
# usage: test_recipe.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" recipe

# reaches RUN ACCURACY: the best training accuracy of the run; so few samples for validation say little
reaches() {
    awk -F, -v least="$2" 'NR > 1 && $4 > best { best = $4 } END { exit !(best >= least) }' "$1/results.csv" ||
        wrong "$1 does not reach $2: $(tail -n +2 "$1/results.csv" | tr '\n' ' ')"
}

# setting RUN NAME VALUE
setting() { grep -qx -- "$2: $3" "$1/config.yaml" || wrong "$1: expected $2: $3, found $(grep "^$2:" "$1/config.yaml")"; }

# The default models, by their recipes alone.
"$lince" synth images shapes --n 240 --seed 1 >/dev/null
"$lince" synth tweets tweets --n 600 --seed 1 >/dev/null
done_with train --data tweets --epochs 4 --threads 1 --seed 1 --no-report --out gru --lang en
grep -q -- '--optimizer adam --lr 0.001 --scheduler constant, the recipe of gru' err || wrong "the recipe is not told"
reaches gru 0.6 # three classes
"$lince" synth images more --n 1500 --seed 1 >/dev/null
done_with train --data more --classes disc,cross,star --epochs 4 --threads 1 --seed 1 --quiet --no-report --out pictures
setting pictures model resnet18
setting pictures batch-size 16
reaches pictures 0.6 # three classes

# One of optimizer, lr and scheduler given: the others are what they were before there were recipes, bit for bit.
small=(train --data shapes --model resnet20 --image-size 8 --epochs 1 --batch-size 32 --threads 1 --seed 1 --quiet --no-report)
done_with "${small[@]}" --lr 0.01 --out by-rate
done_with "${small[@]}" --optimizer sgd --out by-optimizer
done_with "${small[@]}" --scheduler constant --out by-schedule
done_with "${small[@]}" --optimizer sgd --lr 0.01 --momentum 0.9 --scheduler constant --out in-full
for run in by-rate by-optimizer by-schedule; do
    cmp -s "$run/weights/last.safetensors" in-full/weights/last.safetensors || wrong "$run differs from the run with all three given"
done

# The configuration tells values and where they come from, and gives the same weights again.
done_with "${small[@]}" --out followed
done_with report followed
setting followed optimizer adamw
setting followed scheduler onecycle
setting followed lr 0.005
grep -qx '# recipe: default of resnet20 (optimizer, lr, scheduler)' followed/config.yaml || wrong "config.yaml does not name the recipe"
grep -q '^# recipe' in-full/config.yaml && wrong "config.yaml names a recipe that was not followed"
done_with info followed
grep -q '^recipe  *default of resnet20$' out || wrong "info does not name the recipe:"
done_with info in-full
grep -q recipe out && wrong "info names a recipe that was not followed:"
grep -q 'default of resnet20' followed/report.md || wrong "the report does not name the recipe"
done_with train --config followed/config.yaml --no-report --out again
cmp -s followed/weights/last.safetensors again/weights/last.safetensors || wrong "config.yaml does not give the same weights"

# A network that halves pictures five times sees small ones enlarged, unless a size or another way to learn is asked for,
# or they are what its weights saw.
quick=(train --data shapes --model squeezenet1_1 --train-limit 4 --val-split 0 --epochs 1 --threads 1 --seed 1 --no-report)
done_with "${quick[@]}" --out enlarged --lang en
setting enlarged image-size 64
grep -q 'input: 64 x 64 pixels, enlarged from 32 x 32, the size of all pictures, by the recipe of squeezenet1_1' err || wrong "nobody is told of the size"
done_with "${quick[@]}" --image-size 40 --out asked
setting asked image-size 40
done_with "${quick[@]}" --lr 1e-4 --out small
setting small image-size 32
done_with "${quick[@]}" --weights small/weights/best.safetensors --out known
setting known image-size 32
done_with "${quick[@]}" --weights enlarged/weights/best.safetensors --out known-enlarged
setting known-enlarged image-size 64

# From weights that have learned something the steps are smaller.
done_with "${small[@]}" --weights followed/weights/best.safetensors --out tuned
setting tuned lr 0.0005
finish
