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

finish() { exit $((failures > 0)); }
