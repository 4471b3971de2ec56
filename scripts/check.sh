#!/usr/bin/env bash
# make check: formatting, warnings as errors with gcc and clang, static analysis, and the tests under sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh check

sources=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086
clang-format --dry-run --Werror $sources

for compiler in gcc clang; do
    cmake -S . -B build-check/$compiler -G Ninja -DCMAKE_C_COMPILER=$compiler -DLINCE_WERROR=ON >/dev/null
    cmake --build build-check/$compiler
done

cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
    -I include -I src src cli

cmake -S . -B build-check/sanitize -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLINCE_SANITIZE=ON -DLINCE_WERROR=ON >/dev/null
cmake --build build-check/sanitize
ASAN_OPTIONS=detect_leaks=1 ctest --test-dir build-check/sanitize --output-on-failure -j2
