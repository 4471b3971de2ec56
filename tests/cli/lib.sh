# What the tests of the command line share. Source it with the name of the test: it makes an empty folder of that name and
# goes there. End with `finish`.
set -u
scratch=$TEST_SCRATCH/cli_$1
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1
failures=0

# wrong TEXT...: one failed expectation, with the last command's output
wrong() {
    echo "FAILED: $*"
    sed 's/^/    | /' out err 2>/dev/null
    failures=$((failures + 1))
}

# run ARGUMENTS...: lince with its output in ./out and ./err; the exit code in $code
run() {
    "$lince" "$@" >out 2>err </dev/null
    code=$?
}

# expect CODE PATTERN ARGUMENTS...: that exit code, that pattern on standard error, nothing on standard output
expect() {
    local wanted=$1 pattern=$2
    shift 2
    run "$@"
    { [ $code -eq "$wanted" ] && grep -q -- "$pattern" err && [ ! -s out ]; } ||
        wrong "lince $*: expected $wanted and '$pattern', found $code:"
}

# done_with ARGUMENTS...: exit code 0
done_with() {
    run "$@"
    [ $code -eq 0 ] || wrong "lince $*: found $code:"
}

# has_vectors: lince computes by vectors here, and not level plain as it is
has_vectors() {
    ! "$lince" version --verbose | grep -q '^level *plain'
}

# make_tiny_runs: texts/ and shapes/, the smallest runs, of tweets/ and pictures/; $tiny: how they were trained
make_tiny_runs() {
    "$lince" synth tweets tweets --n 60 --seed 1 >/dev/null
    "$lince" synth images pictures --n 60 --seed 1 >/dev/null
    tiny="--epochs 1 --threads 1 --no-report --quiet"
    done_with train --data tweets --model gru --hidden 4 --embedding 4 $tiny --out texts
    done_with train --data pictures --model resnet20 $tiny --out shapes
}

# within SECONDS ARGUMENTS...: what lince says, in ./out and ./err, and its exit code, in $code; 124: it was still at work
within() {
    local seconds=$1
    shift
    timeout "$seconds" "$lince" "$@" --lang en >out 2>err </dev/null
    code=$?
}

# refuses PATTERN ARGUMENTS...: a message of that pattern and exit code 1 or 2, within a minute
refuses() {
    local pattern=$1
    shift
    within 60 "$@"
    { [ $code -eq 1 ] || [ $code -eq 2 ]; } && grep -q -- "$pattern" err || wrong "lince $*: expected '$pattern', found $code:"
}

# interrupted FOLDER ARGUMENTS...: the run in that folder is asked to end once it has a checkpoint of a step, and does so. Its
# training must be far longer than a look at the folder.
interrupted() {
    local folder=$1 process
    shift
    "$lince" "$@" >out 2>err </dev/null &
    process=$!
    until [ -e "$folder/checkpoint/state.safetensors" ] || ! kill -0 $process 2>/dev/null; do sleep 0.005; done
    local name=$(cat /proc/$process/comm 2>/dev/null)
    kill -INT $process 2>/dev/null
    wait $process
    code=$?
    [ "${name:-$(basename "$lince")}" = "$(basename "$lince")" ] || wrong "the process is called $name, where pkill does not find it"
    [ $code -eq 130 ] || wrong "lince $*: interrupted, expected 130, found $code:"
}

# as_of_0_1 CHECKPOINT: what version 0.1 would have written, of the same length: neither stages, contents of pictures, kernels nor a
# checksum, and the position's values alone
as_of_0_1() {
    perl -0777 -pi -e '
        s/"stage":/"-----":/; s/"lince.checksum":/"-----.--------":/; s/"content":/"c------":/; s/"kernels":/"k------":/;
        s/"position":"version=1 ([^"]*)"/ my ($all, $v) = ($&, $1); $v =~ s{\w+=}{}g; "\"position\":\"$v\"" . " " x (length($all) - length($v) - 13) /e' "$1"
}

finish() { exit $((failures > 0)); }
