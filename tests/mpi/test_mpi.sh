#!/usr/bin/env bash
# Several processes, begun by mpirun, train one network: the same bits however many they are. usage: test_mpi.sh PROGRAM
. "$(dirname "$0")/lib.sh" mpi "$1"
common="--lang en --threads 1 --shards 4 --quiet --no-report"
of_pictures="--data pictures --model resnet20 --image-size 16 --batch-size 15 --epochs 2 $common"
of_texts="--data tweets --model gru --hidden 8 --embedding 8 --split-by random --batch-size 16 --epochs 2 $common"
of_sounds="--data sounds --model resnet20 --mixup 0.2 --batch-size 15 --epochs 2 $common"
"$lince" synth sounds sounds --n 60 --seed 1 >/dev/null
"$lince" synth images pictures --n 70 --seed 1 >/dev/null
"$lince" synth tweets tweets --n 90 --seed 1 >/dev/null

# --- the same bits, files and words as of one process that nobody has launched

same_files() { # FOLDER, as FOLDER: but for times
    for file in weights/best.safetensors weights/last.safetensors predictions.csv; do
        cmp "$1/$file" "$2/$file" || wrong "$1/$file is not that of $2"
    done
    cmp <(cut -d, -f1,3- "$1/results.csv") <(cut -d, -f1,3- "$2/results.csv") || wrong "$1/results.csv is not that of $2"
}
for kind in pictures sounds texts; do
    options=of_$kind
    done_with train ${!options} --out "$kind-alone"
    for n in 2 3; do
        together $n train ${!options} --out "$kind-$n"
        [ $code -eq 0 ] && [ "$(cat out)" = "$kind-$n" ] || wrong "$kind by $n: $code"
        same_files "$kind-$n" "$kind-alone"
    done
done

# --- each looks at a share of the samples, and what is found is that of one

cp -r pictures doubled
for picture in $(find pictures/train -name '*.png' | head -5); do
    cp "$picture" "doubled/test/star/again-${picture##*/}" && cp "$picture" "doubled/train/ring/other-${picture##*/}"
done
doubled=${of_pictures/--data pictures/--data doubled}
doubled="${doubled/--epochs 2/--epochs 1} --drop-duplicates"
done_with train $doubled --out doubled-alone
cp err doubled-alone.err
together 3 train $doubled --out doubled-3
same_files doubled-3 doubled-alone
cmp err doubled-alone.err && grep -q 'also in the training part' err || wrong "three processes find other duplicates"

# --- each opens its share, and what it cannot read nobody uses

cp -r pictures damaged
for picture in $(find damaged/train -name '*.png' | sort | sed -n '3p;9p;20p'); do echo "no picture" >"$picture"; done
damaged=${of_pictures/--data pictures/--data damaged}
damaged="${damaged/--epochs 2/--epochs 1}"
done_with train $damaged --on-bad skip --out damaged-alone
cp err damaged-alone.err
together 3 train $damaged --on-bad skip --out damaged-3
same_files damaged-3 damaged-alone
cmp err damaged-alone.err && [ "$(grep -c 'left out: ' err)" -eq 3 ] || wrong "three processes leave out other samples"
together 3 train $damaged --on-bad fail --out damaged-stopped
[ $code -eq 1 ] && [ "$(grep -c 'expected a picture' err)" -eq 1 ] && [ ! -e damaged-stopped ] || wrong "a damaged picture: $code"

# --- measures, answers, folds and seeds are divided, and are those of one process (each measures which kernels are the fastest: last
# digits of pictures' answers may be others)

for n in 1 3; do
    together $n eval --run texts-alone --json --predictions "eval-$n.csv" --lang en --quiet
    [ $code -eq 0 ] && cp out "eval-$n.json" || wrong "eval by $n: $code"
done
cmp eval-1.json eval-3.json && cmp eval-1.csv eval-3.csv || wrong "eval by three processes measures something else"
echo "no picture" >pictures/bad.png
for n in 1 3; do
    together $n predict --run pictures-alone --csv pictures pictures/bad.png --lang en
    [ $code -eq 1 ] && [ "$(grep -c 'bad.png: expected a picture' err)" -eq 2 ] && cp out "predict-$n.csv" || wrong "predict by $n: $code"
done
cmp <(cut -d, -f1,2 predict-1.csv) <(cut -d, -f1,2 predict-3.csv) || wrong "predict by three processes answers something else"
rm pictures/bad.png
for n in 1 2; do
    together $n cv ${of_texts/--epochs 2/--epochs 1} --folds 3 --out "cv-$n"
    [ $code -eq 0 ] && [ "$(grep -c '^mean' out)" -eq 1 ] || wrong "cv by $n: $code"
done
cmp cv-1/predictions.csv cv-2/predictions.csv || wrong "cv by two processes predicts something else"
together 2 compare ${of_texts/--epochs 2/--epochs 1} --models gru --seeds 3 --seed 2 --out seeds
[ $code -eq 0 ] && [ "$(grep -c '^gru-seed' out)" -ge 3 ] || wrong "compare --seeds by two processes: $code"
done_with train ${of_texts/--epochs 2/--epochs 1} --seed 3 --split-seed 2 --out seed-3
same_files seed-3 seeds/gru-seed3

# --- a process is killed, the others end, and fewer go on

long=${of_texts/--epochs 2/--epochs 25}
timeout 120 "$mpirun" -n 3 "$lince" train $long --out killed >out 2>err </dev/null &
launcher=$!
for _ in $(seq 600); do
    [ "$(wc -l <killed/results.csv)" -gt 2 ] && break || sleep 0.1
done 2>/dev/null
start=$(date +%s)
kill -KILL "$(pgrep -f -- "^$lince train .*--out killed" | tail -n 1)"
wait $launcher && wrong "a killed process: exit code 0"
[ $(($(date +%s) - start)) -le 10 ] || wrong "the others went on for more than ten seconds"
pgrep -f -- "^$lince train .*--out killed" >/dev/null && wrong "a process is left"
[ ! -e killed/test.json ] || wrong "it was killed too late to see anything"
together 2 train --resume killed --quiet
[ $code -eq 0 ] || wrong "gone on with by fewer: $code"
done_with train $long --out whole
same_files killed whole

# --- refusals are said once, by name

together 3 train --data nowhere --model resnet20 --lang en
[ $code -eq 1 ] && [ "$(grep -c 'nowhere: no such file' err)" -eq 1 ] || wrong "data that are not there: $code"
together 3 eval --run nowhere --lang en
[ $code -eq 1 ] && [ "$(grep -c 'nowhere: there is no such run' err)" -eq 1 ] || wrong "eval of no run: $code"
timeout 120 "$mpirun" -n 1 "$lince" train $of_pictures --out other : -n 1 env LINCE_CPU=plain "$lince" train $of_pictures --out other \
    >out 2>err </dev/null
code=$?
has_vectors && { [ $code -eq 1 ] && grep -q "process 1 on .*LINCE_CPU: 'plain' instead of" err ||
    wrong "another instruction set: $code"; }
rm -rf other
timeout 120 "$mpirun" -n 1 "$lince" train $of_texts --out other : -n 1 "$lince" train $of_texts --lr 0.5 --out other >out 2>err </dev/null
code=$?
[ $code -eq 1 ] && grep -q -- "process 1 on .*--lr: '0.5' instead of" err || wrong "another setting: $code"
cp -r tweets changed
sed -i '2s/[a-z]/&q/' changed/*.csv
timeout 120 "$mpirun" -n 1 "$lince" train $of_texts --out other : -n 1 "$lince" train ${of_texts/tweets/changed} --out other >out 2>err </dev/null
code=$?
[ $code -eq 1 ] && grep -q "process 1 on .*tweets\|process 1 on .*changed" err || wrong "other data: $code"
[ ! -e other ] || wrong "a run was begun"
finish
