# lince tune: killed at any moment it ends as one left alone; what fails is kept; the test is for the end; what is refused.
# usage: test_tune.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" tune

"$lince" synth tweets data --n 300 --seed 1 >/dev/null
fixed=(--data data --model rnn --embedding 4 --batch-size 16 --threads 2 --find-duplicates no --no-report --lang en)
space=(lr=1e-4..1e-1:log hidden=4..12 clean=words,none)

# results SEARCH: what must be the same in two searches
results() {
    sed -E 's/"(seconds|at)":[^,]*,//g' "$1/search/journal.jsonl"
    cat "$1/best.yaml" "$1"/trials/*/test.json
    for trial in "$1"/trials/*; do echo "${trial#"$1"}" && sha256sum <"$trial/weights/last.safetensors" && cut -d, -f1,3- "$trial/results.csv"; done
}

done_with tune "${fixed[@]}" "${space[@]}" --epochs 3 --trials 12 --jobs 2 --out alone
results alone >alone.results
winner=$(cat out)
[ "$(ls -d alone/trials/* | wc -l)" -eq 12 ] || wrong "not twelve trials"
[ "$(ls alone/trials/*/test.json)" = "$winner/test.json" ] || wrong "the winner alone is to be tested"
[ "$(grep -c '"rung":1' alone/search/journal.jsonl)" -ge 4 ] || wrong "the best third did not go on"
for file in tune.html tune.md best.yaml; do [ -s alone/$file ] || wrong "alone/$file is missing"; done
grep -q "train it again: lince train --config alone/best.yaml" err || wrong "no command that trains it again"
grep -qE '^ +0 +1/3 +[0-9.]+ % ' err || wrong "no line a trial"
for part in 'PED-ANOVA' 'Trials that were stopped early' 'best_so_far.svg' 'coordinates.svg' 'alone was tested'; do
    case $part in *.svg) command -v gnuplot >/dev/null || continue ;; esac
    grep -q "$part" alone/tune.md || wrong "tune.md lacks $part"
done

# the recipe trains the same network: the trial was stopped and gone on with, the run is not
done_with train --config alone/best.yaml --no-report --threads 1 --out again
cmp -s again/weights/last.safetensors "$winner/weights/last.safetensors" || wrong "the recipe does not train the winner again"

# killed again and again
"$lince" tune "${fixed[@]}" "${space[@]}" --epochs 3 --trials 12 --jobs 2 --out killed >out 2>err </dev/null &
process=$!
until [ -e killed/search/search.json ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
for moment in 0.1 0.5 0.3 0.9 0.7; do
    sleep $moment
    kill -KILL $process 2>/dev/null
    wait $process 2>/dev/null
    "$lince" tune --resume killed >out 2>err </dev/null &
    process=$!
done
wait $process || wrong "the last resume of a killed search failed"
results killed | sed 's/killed/alone/' >killed.results
diff alone.results killed.results >/dev/null || wrong "a killed search does not end like the one left alone"

# interrupted: the way on is told
"$lince" tune "${fixed[@]}" "${space[@]}" --epochs 3 --trials 12 --jobs 2 --out asked >out 2>err </dev/null &
process=$!
until [ -s asked/search/journal.jsonl ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
kill -INT $process
wait $process
[ $? -eq 130 ] && grep -q -- 'tune --resume asked' err || wrong "interrupted: no way on"
expect 2 'leave out .lr=' tune --resume asked lr=1e-3,1e-2
expect 2 "--epochs '5': asked was begun with '3'" tune --resume asked --epochs 5
done_with tune --resume asked --quiet
results asked | sed 's/asked/alone/' >asked.results
diff alone.results asked.results >/dev/null || wrong "an interrupted search does not end like the one left alone"
expect 2 'its winner was tested' tune --resume asked --trials 30

# trials that fail are kept with their reason, and the search goes on; all of a finite space is tried once
done_with tune "${fixed[@]}" batch-size=16,4096 lr=1e-3,1e-2 --epochs 1 --trials 50 --jobs 1 --sampler random --out failing
[ "$(grep -c '"failed":"' failing/search/journal.jsonl)" -eq 2 ] && [ "$(wc -l <failing/search/journal.jsonl)" -eq 4 ] ||
    wrong "expected four trials, two of which failed"
grep -q 'failed: --batch-size 4096: larger than the training part' err || wrong "why a trial failed is not told"
grep -q 'Trial [0-9]*: --batch-size 4096' failing/tune.md || wrong "the page does not tell why"
expect 1 'every trial failed (2); the first: --batch-size' tune "${fixed[@]}" batch-size=4096,5000 --epochs 1 --trials 5 --quiet

# objectives, Spanish, JSON
done_with tune "${fixed[@]}" lr=1e-3,1e-2 --epochs 1 --trials 2 --objective f1 --json --quiet
grep -q '"trials": 2, "failed": 0, "epochs": 1, "of": 1, "value": 0\.' out || wrong "--json"
done_with tune "${fixed[@]}" --lang es lr=1e-3,1e-2 --epochs 1 --trials 2 --objective loss --out spanish
grep -q 'mejor:' err && grep -q 'Los mejores ajustes' spanish/tune.md || wrong "not in Spanish"

# the rate of each trial is found
done_with tune "${fixed[@]}" hidden=4,8 lr=find --epochs 1 --trials 2 --out found
grep -q '^lr: [0-9]' found/trials/000/config.yaml || wrong "--lr find is not resolved in a trial"

expect 1 'the budget of .* was over before the first trial had its epochs (3)' tune "${fixed[@]}" lr=1e-4..1e-2 --epochs 3 \
    --min-epochs 3 --budget 0.01s --out brief --quiet
expect 2 'the range is empty' tune "${fixed[@]}" lr=1e-1..1e-3 --trials 3
expect 2 'augment cannot vary: it is a setting of pictures, and data holds texts' tune "${fixed[@]}" augment=none,standard --trials 3
expect 2 'seed cannot vary' tune "${fixed[@]}" seed=1,2 --trials 3
expect 2 "there is no setting 'lrr'; did you mean 'lr'" tune "${fixed[@]}" lrr=1,2 --trials 3
expect 2 "'data': expected NAME=VALUES" tune data --trials 3
expect 2 'nothing varies' tune "${fixed[@]}" lr=0.1 --trials 3
expect 2 'say how much: --trials N or --budget TIME' tune "${fixed[@]}" lr=0.1,0.2
expect 2 'expected a time such as 90s' tune "${fixed[@]}" lr=0.1,0.2 --budget 45
expect 2 'would choose by the test part' tune "${fixed[@]}" lr=0.1,0.2 --trials 2 --val-on-test
expect 2 '--sampler grid: expected one of tpe|random' tune "${fixed[@]}" lr=0.1,0.2 --trials 2 --sampler grid
expect 1 'no validation part, and a search chooses by one; --val-split 0.1' tune "${fixed[@]}" lr=0.1,0.2 --trials 2 --val-split 0
expect 1 'no such file or folder' tune "${fixed[@]}" --data nowhere lr=0.1,0.2 --trials 2
expect 1 'not the folder of a search' tune --resume data
expect 1 'a search, and no run; its trials are runs (alone/trials/000' report alone
expect 1 'a search, and no data set, weights file or run' info alone
expect 1 'a search, and no run' eval --run alone

# of a search that ended the page alone is written again
done_with tune --resume alone --lang es
grep -q 'Los mejores ajustes' alone/tune.md || wrong "the page is not written again"
results alone | diff alone.results - >/dev/null || wrong "a search that ended is another when its page was written again"
finish
