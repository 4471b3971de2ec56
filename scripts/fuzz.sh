#!/usr/bin/env bash
# make fuzz: every harness of tests/fuzz under libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer. The seeds are what
# the tests leave. A harness that finds something leaves the input under build-check/fuzz, and fails.
#
# usage: scripts/fuzz.sh [-j HARNESSES at a time] [SECONDS for each] [SUBJECT...]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build-check/fuzz

# fuzz SUBJECT SECONDS: runs it, and says in one line what came of it
fuzz() {
    local subject=$1 seconds=$2 TIMEFORMAT='%U' found=0 cpu
    local harness=$folder/tests/fuzz/fuzz_$subject corpus=$folder/corpus/$subject log=$folder/$subject.log
    local seeds=tests/fuzz/corpus/$subject
    [ -d "$seeds" ] || seeds=build/test-scratch/seeds/$subject
    mkdir -p "$corpus" # grows from run to run
    cpu=$({ time "$harness" -max_total_time="$seconds" -rss_limit_mb=4096 -artifact_prefix="$folder/$subject-" \
        "$corpus" "$seeds" >"$log" 2>&1; } 2>&1) || found=1
    if [ $found = 0 ]; then
        echo "$subject: $(grep -oE 'Done [0-9]+ runs in [0-9]+ second' "$log")s ($cpu s of computing)," \
            "$(find "$corpus" -type f | wc -l) inputs kept"
    else
        printf '%s\n' "$subject: FAILED, see $log" "$(tail -5 "$log")"
    fi
    return $found
}
export -f fuzz
export folder
# By frame pointers, which libraries lack, a leak of theirs would be nobody's.
export ASAN_OPTIONS=fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/leaks.supp:print_suppressions=0

at_once=1
if [ "${1:-}" = -j ]; then
    at_once=$2
    shift 2
fi
seconds=${1:-60}
[ $# -eq 0 ] || shift
subjects=("$@")
scripts/install-deps.sh check

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build
ctest --test-dir build --quiet -R '^fuzz/' >/dev/null || true # and the tests that leave the seeds
cmake -S . -B $folder -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g" -DLINCE_FUZZ=ON >/dev/null
cmake --build $folder --target fuzzers
if [ ${#subjects[@]} -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        subject=$(basename "$source" .c)
        subjects+=("${subject#fuzz_}")
    done
fi
printf '%s\n' "${subjects[@]}" | xargs -P "$at_once" -I{} bash -c 'fuzz "$1" "$2"' - {} "$seconds"
