# Runs that others laid out, and several programs at a time. usage: test_others.sh LINCE
lince=$(realpath "$1")
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" others

"$lince" synth tweets texts --n 200 --seed 1 >/dev/null
small=(--data texts --model rnn --epochs 1 --hidden 8 --embedding-dim 8 --threads 1 --seed 1 --lang en)
done_with train "${small[@]}" --keep-checkpoint --out made

# --- links in a run of somebody else's: nothing outside is written, made or removed ------------------------------

# state FOLDER: the names, kinds and contents of all that is in it
state() {
    (cd "$1" && find . -printf '%p %y %l\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# guarded WHAT COMMAND...: lince, after which the folder outside is as it was
guarded() {
    local what=$1
    shift
    state outside >before
    run "$@"
    state outside | diff before - >changes || { cat changes >>err; wrong "$what: lince $* changed what is outside"; }
    [ $code -eq 0 ] || [ $code -eq 1 ] || wrong "$what: lince $*: found $code"
}

all_commands() {
    guarded "$1" report theirs
    guarded "$1" eval --run theirs --calibrate
    guarded "$1" train --resume theirs --epochs 2 --no-report
    guarded "$1" train --resume theirs
    guarded "$1" prune theirs
}

# each folder a link to one outside, which holds what the folder held
for folder in plots weights checkpoint; do
    rm -rf theirs outside && cp -r made theirs && mkdir outside
    mv theirs/$folder outside/ && touch outside/$folder/left.tmp-0123456789abcdef
    ln -s ../outside/$folder theirs/$folder
    all_commands "$folder/ is a link"
done

# links to nothing: nothing appears there
for folder in plots weights checkpoint; do
    rm -rf theirs outside && cp -r made theirs && mkdir outside
    rm -r theirs/$folder && ln -s ../outside/$folder theirs/$folder
    all_commands "$folder/ is a link to nothing"
done

# every file a link to one outside
rm -rf theirs outside && cp -r made theirs && cp -r made outside
(cd theirs && find . -type f) | while read -r file; do
    ln -sf "$PWD/outside/$file" "theirs/$file"
done
all_commands "every file is a link"

# what is said, and what is done all the same
rm -rf theirs outside && cp -r made theirs && mv theirs/plots outside && ln -s ../outside theirs/plots
rm theirs/report.html
run report theirs
grep -q "'plots' is a link" err || wrong "report: the link is not told of"
[ -s theirs/report.html ] || wrong "report: no report"
run report theirs --lang es
grep -q '«plots» es un enlace' err || wrong "report: the link is not told of in Spanish"

# a search and a cross-validation
"$lince" cv "${small[@]}" --folds 2 --out made-cv >out 2>err || wrong "cv"
rm -rf theirs outside && cp -r made-cv theirs && mv theirs/fold-2 outside && rm -r outside/checkpoint &&
    ln -s ../outside theirs/fold-2
guarded "a fold is a link" cv --resume theirs
grep -q "is a link" err || wrong "cv: the link is not told of"
"$lince" tune "${small[@]}" lr=1e-3..1e-1:log --trials 2 --out made-tune >out 2>err || wrong "tune"
sed -i 's/"ended": true/"ended": false/' made-tune/search/search.json # as if its end were still to come
rm made-tune/trials/*/test.json
rm -rf theirs outside && cp -r made-tune theirs && mv theirs/trials outside && rm -rf outside/000/checkpoint &&
    ln -s ../outside theirs/trials
guarded "the trials are a link" tune --resume theirs
grep -q "is a link" err || wrong "tune: the link is not told of"
rm -rf theirs outside && cp -r made-tune theirs && mv theirs/search outside && ln -s ../outside theirs/search
guarded "the search is a link" tune --resume theirs
grep -q "is a link" err || wrong "tune: the link is not told of"

# swapped FOLDER COMMAND...: while lince writes into the folder, a link takes its place, in one step (renameat2)
swapped() {
    local folder=$1
    shift
    rm -rf theirs outside aside && mkdir outside && ln -s "$PWD/outside" aside
    "$lince" "$@" --out theirs >out 2>err </dev/null &
    local process=$!
    until [ -e "$folder/checkpoint/state.safetensors" ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
    python3 -c 'import ctypes, os, sys
sys.exit(ctypes.CDLL(None).renameat2(-100, os.fsencode(sys.argv[1]), -100, b"aside", 2))' "$folder" || wrong "$folder is not there"
    wait $process
    code=$?
    { [ $code -eq 1 ] && grep -q "is a link" err && [ -z "$(ls -A outside)" ]; } ||
        wrong "lince $1, $folder swapped: found $code, outside: $(ls -A outside)"
    rm -rf aside
}
swapped theirs/fold-1 cv "${small[@]}" --epochs 5000 --folds 2
swapped theirs/trials/000 tune "${small[@]}" --epochs 5000 lr=1e-3..1e-2:log --trials 2

# --- several at a time: each ends right, or says who is at work --------------------------------------------------

# together NAME N COMMAND...: N at once; the exit codes in NAME.1 ..., what they said in NAME.1.err ...
together() {
    local name=$1 n=$2
    shift 2
    for i in $(seq "$n"); do
        { "$lince" "$@" >"$name.$i.out" 2>"$name.$i.err" </dev/null; echo $? >"$name.$i"; } &
    done
    wait
}

# reports of one run: as one alone
page() { (cd "$1" && sha256sum report.html report.md explain.json plots/* && ls -A plots); }
done_with report made
page made >alone
together report 4 report made
for i in 1 2 3 4; do [ "$(cat report.$i)" = 0 ] || wrong "report $i of 4: $(cat report.$i.err)"; done
page made | diff alone - >out || wrong "four reports at once differ from one"
[ -z "$(find made -name '*.tmp-*')" ] || wrong "reports left half-written files"

# runs into one folder: each has one of its own
together train 3 train "${small[@]}" --out same --no-report
for i in 1 2 3; do [ "$(cat train.$i)" = 0 ] || wrong "training $i of 3: $(cat train.$i.err)"; done
for folder in same same2 same3; do
    cmp -s same/weights/best.safetensors $folder/weights/best.safetensors || wrong "$folder is another run"
done

# one run resumed by several
"$lince" train "${small[@]}" --epochs 3 --out long --no-report >out 2>err &
process=$!
until [ -e long/checkpoint/state.safetensors ] || ! kill -0 $process 2>/dev/null; do sleep 0.02; done
kill -KILL $process 2>/dev/null
wait $process 2>/dev/null
together resume 3 train --resume long
for i in 1 2 3; do
    [ "$(cat resume.$i)" = 0 ] || grep -q "another process is training in it" resume.$i.err ||
        wrong "resume $i of 3: $(cat resume.$i.err)"
done
done_with train --resume long
[ -e long/test.json ] || wrong "several at once: the run did not come to its end"

# downloads of one file
head -c 3000000 /dev/urandom >some.bin
sum=$(sha256sum some.bin | cut -c1-64)
for round in 1 2; do
    rm -rf to
    together fetch 8 fetch "file://$PWD/some.bin" --sha256 "$sum" --to to
    for i in 1 2 3 4 5 6 7 8; do
        [ "$(cat fetch.$i)" = 0 ] || grep -q "another lince is fetching it" fetch.$i.err ||
            wrong "fetch $i of 8: $(cat fetch.$i.err)"
    done
    cmp -s some.bin to/some.bin || wrong "eight fetches at once: another file"
    [ "$(ls -A to)" = some.bin ] || wrong "eight fetches at once left $(ls -A to)"
done

# the beginning of a file that somebody laid as a link, or as another name of a file
rm -rf to && mkdir to && echo mine >mine && ln -s ../mine to/some.bin.part
expect 1 "a link or no plain file" fetch "file://$PWD/some.bin" --sha256 "$sum" --to to
rm to/some.bin.part && ln mine to/some.bin.part
expect 1 "a link or no plain file" fetch "file://$PWD/some.bin" --sha256 "$sum" --to to
[ "$(cat mine)" = mine ] || wrong "fetch: a file behind a link was changed"

# --- a full disk: predictions are whole, or refused --------------------------------------------------------------

done_with eval --run made --split train --predictions whole.csv
bytes=$(stat -c %s whole.csv)
trap '' XFSZ
for step in $(seq 14); do
    blocks=$((bytes * step / 12 / 1024))
    rm -f part.csv
    (ulimit -f $blocks && exec "$lince" eval --run made --split train --predictions part.csv) 2>&1 | cat >err
    code=${PIPESTATUS[0]}
    if [ $((blocks * 1024)) -lt "$bytes" ]; then
        [ $code -eq 1 ] || wrong "a disk of $blocks KiB: found $code"
        [ -e part.csv ] && wrong "a disk of $blocks KiB: half of the predictions"
        grep -q "part.csv: cannot write" err || wrong "a disk of $blocks KiB: nothing is said"
    else
        { [ $code -eq 0 ] && cmp -s whole.csv part.csv; } || wrong "a disk of $blocks KiB: found $code"
    fi
done
trap - XFSZ
finish
