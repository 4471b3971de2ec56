# A run that learns nothing says so while it runs, with what may help; one that learns does not.
# usage: test_learning.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" learning

"$lince" synth images data --n 160 --seed 1 >/dev/null
training=(--data data --image-size 16 --batch-size 4 --epochs 1 --seed 1 --threads 1)

# At a rate of almost nothing the loss stays where guessing leaves it.
done_with train "${training[@]}" --model squeezenet1_1 --image-size 32 --lr 1e-9 --out still --lang en
grep -q 'warning: after epoch 1 the loss, [0-9.]*, is that of guessing among 10 classes (2.303)' err ||
    wrong "nothing was said of a run that learns nothing"
grep -q 'nothing was learned.*batch normalisation, as --model resnet20' err || wrong "no advice"
grep -q -- '--model resnet20' still/report.md || wrong "the report has no such advice"
"$lince" synth tweets texts --n 600 --seed 1 >/dev/null
done_with train --data texts --model gru --hidden 8 --embedding 8 --batch-size 8 --epochs 1 --lr 1e-9 --seed 4 --out still-texts --lang es --no-report
grep -q 'es la de adivinar entre 3 clases.*una tasa de aprendizaje menor' err || wrong "no advice for texts"

done_with train "${training[@]}" --model resnet20 --optimizer adamw --lr 2e-3 --epochs 3 --out learns --lang en
grep -q 'nothing was learned' err && wrong "a run that learns is said to learn nothing"

grep -q -- '--model .*batch normalisation' learns/report.md && wrong "what has batch normalisation is told to take it"

# After a few steps nothing can be said.
done_with train "${training[@]}" --model squeezenet1_1 --image-size 32 --lr 1e-9 --batch-size 32 --out few --lang en --no-report
grep -q 'nothing was learned' err && wrong "said after four steps"
finish
