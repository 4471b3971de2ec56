#!/usr/bin/env bash
# make fuzz: every harness of tests/fuzz under libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer. The seeds are what
# the tests leave. usage: scripts/fuzz.sh [SECONDS for each]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
scripts/install-deps.sh check

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build
ctest --test-dir build --quiet -R '^(data|weights|text|csv)/' >/dev/null || true # leaves the seeds
cmake -S . -B build-check/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLINCE_FUZZ=ON >/dev/null
cmake --build build-check/fuzz

found=0
for harness in build-check/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$harness" ] && [ -f "$harness" ] || continue
    subject=$(basename "$harness")
    subject=${subject#fuzz_}
    seeds=tests/fuzz/corpus/$subject
    [ -d "$seeds" ] || seeds=build/test-scratch/seeds/$subject
    corpus=build-check/fuzz/corpus/$subject # grows from run to run
    mkdir -p "$corpus"
    log=build-check/fuzz/$subject.log
    if "$harness" -max_total_time="$seconds" -rss_limit_mb=4096 -artifact_prefix="build-check/fuzz/$subject-" \
        "$corpus" "$seeds" >"$log" 2>&1; then
        echo "$subject: $(grep -oE 'Done [0-9]+ runs in [0-9]+ second' "$log")s, $(find "$corpus" -type f | wc -l) inputs kept"
    else
        echo "$subject: FAILED, see $log"
        tail -5 "$log"
        found=1
    fi
done
exit $found
