#!/usr/bin/env bash
# make check: formatting, warnings as errors with gcc and clang, static analysis, and the tests under sanitizers, as on
# other machines, and some under valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh check

# build NAME OPTIONS...: all of it, in build-check/NAME
build() {
    local folder=build-check/$1
    shift
    cmake -S . -B "$folder" -G Ninja -DLINCE_WERROR=ON "$@" >/dev/null
    cmake --build "$folder"
    cmake --build "$folder" --target benches
}

git diff --check "$(git hash-object -t tree /dev/null)" -- ':!tests/fuzz/corpus' ':!*.svg' # spaces at ends of lines
git ls-files -z '*.c' '*.cpp' '*.h' | xargs -0 clang-format --dry-run --Werror
build gcc -DCMAKE_C_COMPILER=gcc
build clang -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug # whose warnings need no optimisation
scripts/unused.sh build-check/gcc
# cppcheck stops where it meets a loop that it does not know: jansson's, in short.
cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
    '-Djson_array_foreach(array,i,item)=for(i=0;(item=json_array_get(array,i));i++)' \
    '-Djson_object_foreach(object,key,item)=for(key="";(item=json_object_get(object,key));)' \
    -j "$(nproc)" -I include -I src src cli

# The Python package, whose tests a build with sanitizers skips.
TEST_SCRATCH=$PWD/build-check XDG_CACHE_HOME=$PWD/build-check/cache bash python/tests/run.sh "$PWD/build-check/gcc/liblince.so.1" || [ $? -eq 77 ]

build sanitize -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g' -DLINCE_SANITIZE=ON
# cli/bounds limits the address space, of which the sanitizer takes terabytes.
ctest --test-dir build-check/sanitize --output-on-failure -j2 -E '^cli/bounds$'

# Threads, and models handed between them.
cmake -S . -B build-check/threads -G Ninja -DLINCE_WERROR=ON -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g' -DLINCE_SANITIZE_THREADS=ON >/dev/null
THREADED=(api_embedding train_threads core_contents core_parallel group_training modality_shares)
cmake --build build-check/threads --target "${THREADED[@]/%/_test}"
for test in "${THREADED[@]}"; do # setarch: its shadow memory needs addresses that are not drawn at random
    TSAN_OPTIONS=ignore_noninstrumented_modules=1 setarch -R build-check/threads/tests/${test}_test >build-check/threads.log 2>&1 ||
        { cat build-check/threads.log; exit 1; }
done

scripts/check-machines.sh build-check

# Several machines, where this one may pretend to be some.
tests/mpi/many.sh build-check/gcc/lince "$PWD/build-check" || [ $? -eq 77 ]
tests/mpi/hosts.sh build-check/gcc/lince "$PWD/build-check" || [ $? -eq 77 ]
tests/mpi/slurm.sh build-check/gcc/lince "$PWD/build-check" || [ $? -eq 77 ]

# Values that were never set. valgrind's processor has no AVX-512, which lince asks it for: the kernels are those for AVX2.
for test in core_hash core_i18n core_random data_split net_param text_csv text_words weights_pickle api_misuse core_folder; do
    valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        build-check/gcc/tests/${test}_test >build-check/valgrind.log 2>&1 ||
        { cat build-check/valgrind.log; exit 1; }
done
