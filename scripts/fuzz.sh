#!/usr/bin/env bash
# make fuzz: every harness of tests/fuzz under AddressSanitizer and UndefinedBehaviorSanitizer, TIME seconds each (60). It
# starts from what the tests leave as seeds; what it finds new goes to build-fuzz/corpus, a finding to build-fuzz/findings.
# usage: fuzz.sh [BUILD] [HARNESS...]        e.g.  TIME=600 scripts/fuzz.sh build torch_zip
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
subjects=("$@")
[ ${#subjects[@]} -gt 0 ] || mapfile -t subjects < <(ls tests/fuzz/fuzz_*.c | sed 's|.*/fuzz_||; s|\.c$||')

scripts/install-deps.sh check
ctest --test-dir "$build" -R '^fuzz/' --output-on-failure | tail -3 # with it, the tests that leave seeds
cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLINCE_FUZZ=ON >/dev/null
cmake --build build-fuzz --target "${subjects[@]/#/fuzz_}" | tail -1

mkdir -p build-fuzz/findings
failures=0
for subject in "${subjects[@]}"; do
    corpus=build-fuzz/corpus/$subject
    mkdir -p "$corpus"
    seeds=()
    for folder in "tests/fuzz/corpus/$subject" "$build/test-scratch/seeds/$subject"; do
        [ ! -d "$folder" ] || seeds+=("$folder")
    done
    log=build-fuzz/findings/$subject.log
    if "build-fuzz/tests/fuzz/fuzz_$subject" -max_total_time="${TIME:-60}" -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="build-fuzz/findings/$subject-" "$corpus" "${seeds[@]}" >"$log" 2>&1; then
        echo "$subject: $(tail -1 "$log")"
    else
        echo "$subject: a finding; see $log"
        failures=$((failures + 1))
    fi
done
exit $((failures > 0))
