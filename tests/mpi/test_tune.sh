#!/usr/bin/env bash
# lince tune, a trial a process: the same decisions, trials and winner however many there are. usage: test_tune.sh PROGRAM
. "$(dirname "$0")/lib.sh" mpi_tune "$1"
"$lince" synth tweets data --n 300 --seed 1 >/dev/null
fixed=(--data data --model rnn --embedding 4 --batch-size 16 --threads 1 --find-duplicates no --no-report --lang en)
search=("${fixed[@]}" lr=1e-4..1e-1:log hidden=4..12 batch-size=8,16,4096 --epochs 3 --trials 14 --jobs 3)

# results SEARCH: what must be the same in two searches
results() {
    sed -E 's/"(seconds|at)":[^,]*,//g' "$1/search/journal.jsonl"
    cat "$1/best.yaml" "$1"/trials/*/test.json
    for trial in "$1"/trials/*; do
        echo "${trial#"$1"}"
        [ ! -e "$trial/weights" ] || sha256sum <"$trial/weights/last.safetensors" && cut -d, -f1,3- "$trial/results.csv"
    done
}
# same SEARCH: as the one of one process
same() {
    results "$1" 2>&1 | sed "s,$1,alone,g" | diff alone.results - >/dev/null || wrong "$1 is not the search of one process"
}

done_with tune "${search[@]}" --out alone
results alone >alone.results 2>&1
[ "$(grep -c '"failed":"' alone/search/journal.jsonl)" -ge 1 ] || wrong "no trial failed: nothing is to be seen of such"
for n in 2 3 5; do
    together $n tune "${search[@]}" --out "by-$n"
    [ $code -eq 0 ] && [ "$(wc -l <out)" -eq 1 ] && [ "$(grep -c '^best: trial' err)" -eq 1 ] || wrong "tune by $n: $code"
    same "by-$n"
done
together 3 tune "${fixed[@]}" lr=1e-3,1e-2 hidden=4,8 --epochs 1 --trials 4 --out usual
[ $code -eq 0 ] && grep -q '"jobs": 3' usual/search/search.json && grep -q 'trials at a time: 3, threads for each: 1' err ||
    wrong "not as many trials at a time as there are processes: $code"

# --- a process is killed, the others end, and fewer go on; one is interrupted, and all are

# processes_of SEARCH: their numbers
processes_of() { pgrep -f -- "^$lince tune .*--out $1"; }
# begin SEARCH: three processes, in the background, that have judged a trial
begin() {
    timeout 120 "$mpirun" -n 3 "$lince" tune "${search[@]}" --out "$1" >out 2>err </dev/null &
    launcher=$!
    until [ -s "$1/search/journal.jsonl" ] || ! kill -0 $launcher 2>/dev/null; do sleep 0.02; done
}
begin killed
kill -KILL "$(processes_of killed | tail -n 1)"
wait $launcher && wrong "a killed process: exit code 0"
for _ in $(seq 50); do # mpirun has told them to end
    processes_of killed >/dev/null && sleep 0.1
done
processes_of killed >/dev/null && wrong "a process is left"
[ ! -e killed/best.yaml ] || wrong "it was killed too late to see anything"
together 2 tune --resume killed
[ $code -eq 0 ] || wrong "gone on with by fewer: $code"
same killed
begin asked
kill -INT "$(processes_of asked | tail -n 1)"
wait $launcher && wrong "interrupted: exit code 0"
[ "$(grep -c 'tune --resume asked' err)" -eq 1 ] || wrong "interrupted: no way on, or several"
done_with tune --resume asked
same asked

# --- refusals are said once, by name

together 3 tune "${fixed[@]}" --data nowhere lr=1e-3,1e-2 --trials 2
[ $code -eq 1 ] && [ "$(grep -c 'nowhere: no such file' err)" -eq 1 ] || wrong "data that are not there: $code"
together 3 tune "${fixed[@]}" lr=1e-3,1e-2 --trials 2 --sampler grid
[ $code -eq 2 ] && [ "$(grep -c 'expected one of tpe' err)" -eq 1 ] || wrong "a wrong option: $code"
# refused PATTERN LAUNCHER'S OPTIONS OF THE SECOND PROCESS...: where the search's folder is $out
refused() {
    local pattern=$1
    shift
    timeout 120 "$mpirun" -n 1 "$lince" tune "${fixed[@]}" lr=1e-3,1e-2 --trials 2 --out "$out" : -n 1 "$@" \
        "$lince" tune "${fixed[@]}" lr=1e-3,1e-2 --trials 2 --out "$out" >out 2>err </dev/null
    code=$?
    [ $code -eq 1 ] && [ "$(grep -c "process 1 on .*$pattern" err)" -eq 1 ] || wrong "expected '$pattern': $code"
}
mkdir other
cp -r data other/data
sed -i '2s/[a-z]/&q/' other/data/*.csv
out=$PWD/elsewhere refused "data" -wdir "$PWD/other"
out=unseen refused "not the folder of a search" -wdir "$PWD/other"
has_vectors && out=levels refused "LINCE_CPU: 'plain' instead of" env LINCE_CPU=plain
finish
