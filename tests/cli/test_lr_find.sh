# lince lr-find, and --lr find in train: the rate, its figure, what is refused. usage: test_lr_find.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" lr_find

"$lince" synth tweets data --n 300 --seed 1 >/dev/null
usual=(--data data --model rnn --hidden 8 --embedding 8 --threads 1 --batch-size 16 --lang en)

done_with lr-find "${usual[@]}" --out found
rate=$(cat out)
grep -qE '^0\.[0-9]+$|^[0-9.]+(e-[0-9]+)?$' out || wrong "standard output is not the rate alone"
grep -q -- "suggested by the valley rule: --lr $rate" err || wrong "nobody was told what was chosen"
[ "$(head -n 1 found/lr_find.csv)" = step,lr,loss,smoothed ] && [ "$(wc -l <found/lr_find.csv)" -gt 50 ] ||
    wrong "lr_find.csv does not hold the steps"
if command -v gnuplot >/dev/null; then
    for figure in lr_find.svg lr_find.png lr_find-narrow.svg; do [ -s found/plots/$figure ] || wrong "$figure is missing"; done
fi
[ ! -e found/weights ] && [ ! -e found/config.yaml ] || wrong "the range test left a run"
done_with lr-find "${usual[@]}" --out found --json --quiet
[ "$(cat out)" = "{\"lr\": $rate}" ] || wrong "--json"
[ -d found2 ] || wrong "a second test did not get a folder of its own"

# --lr find: the same rate, told, kept, and the run is the one with that rate
done_with train "${usual[@]}" --epochs 1 --no-report --lr find --out searched
grep -q -- "--lr $rate, by the valley rule" err || wrong "train does not tell what it found"
grep -qx "lr: $rate" searched/config.yaml || wrong "config.yaml has not the rate that was found"
done_with train "${usual[@]}" --epochs 1 --no-report --lr "$rate" --out given
cmp -s searched/weights/last.safetensors given/weights/last.safetensors || wrong "the range test changed the run"
done_with lr-find "${usual[@]}" --out spanish --lang es
grep -q 'regla del valle' err || wrong "not in Spanish"

expect 2 'is no range of rates' lr-find "${usual[@]}" --from 1 --to 0.1
expect 2 '--steps 3: expected a value from 20' lr-find "${usual[@]}" --steps 3
expect 2 "--from: expected a number, found 'low'" lr-find "${usual[@]}" --from low
expect 2 'leave out --resume' lr-find --resume given
expect 2 'did you mean --data data' lr-find data
expect 1 'begin lower' lr-find "${usual[@]}" --from 1e5 --to 1e6 --quiet
expect 2 "--lr: expected a number, found 'fnd'" train "${usual[@]}" --lr fnd
finish
