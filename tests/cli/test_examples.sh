# The programs of examples/, built with the commands that docs/embedding.md prints, against what is installed; each as C and as
# C++. usage: test_examples.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" examples
command -v c++ >/dev/null || exit 77
ldd "$lince" | grep -q asan && exit 77 # what links a library with sanitizers needs them, too (cli/install)

cmake --install "$(dirname "$lince")" --prefix prefix >out 2>err || wrong "it cannot be installed:"
libraries=$(dirname "$(find prefix -name 'liblince.so.1')")
export PKG_CONFIG_PATH=$PWD/$libraries/pkgconfig CMAKE_PREFIX_PATH=$PWD/prefix LD_LIBRARY_PATH=$PWD/$libraries
ln -s "$TEST_SOURCE_DIR/examples" examples

# By the page; then by the same means in the other language.
page=$(sed -n 's/^    \(cc \|c++ \|cmake \)/\1/p' "$TEST_SOURCE_DIR/docs/embedding.md")
[ "$(wc -l <<<"$page")" -eq 6 ] || wrong "docs/embedding.md: expected six commands"
bash -ec "$page" >out 2>err || wrong "docs/embedding.md: its commands fail:"
cmake -S examples -B build-c++ -DAS_CXX=ON >out 2>err && cmake --build build-c++ >out 2>err || wrong "they are no C++:"

"$lince" synth images shapes --n 90 --seed 1 >/dev/null
train() { "$@" model resnet20 epochs 2 batch-size 16 threads 1 seed 1 no-report yes find-duplicates no >out 2>err; }

# Cancelled after two steps, and gone on with by the other program, it is the run that was not cancelled.
train ./train shapes run 2
[ $? -eq 3 ] && grep -q 'cancelled and saved' out || wrong "train: it was not cancelled:"
train build-examples/train shapes run 0 && grep -q 'epoch 2: loss' out && grep -q '^trained: run$' out ||
    wrong "train: it did not go on:"
train build-c++/train shapes whole 0 || wrong "train: in one go:"
cmp run/weights/best.safetensors whole/weights/best.safetensors || wrong "a cancelled training ends with other weights"
build-examples/train nowhere other 0 >out 2>err
[ $? -eq 1 ] && grep -q '^LINCE_EIO: nowhere' err || wrong "train: expected an error for data that are not there:"

for program in ./camera build-examples/camera build-c++/camera; do
    "$program" run 3 >out 2>err && [ "$(grep -cE '^frame [0-2]: [a-z]+ [01]\.[0-9]{3}$' out)" -eq 3 ] ||
        wrong "$program: expected three answers:"
    sort out >>answers
done
[ "$(sort -u answers | wc -l)" -eq 3 ] || wrong "the camera's answers are not the same in C and in C++"

pictures=$(find shapes/test -name '*.png' | sort | head -12)
# shellcheck disable=SC2086
"$lince" predict --run run $pictures | awk -F '\t' '{ print $1 ": " $2 }' >expected
for program in ./threads build-c++/threads; do
    # shellcheck disable=SC2086
    "$program" run 5 $pictures >out 2>err && cmp -s out expected || wrong "$program: other answers than lince predict's:"
done
./threads nowhere 2 a b >out 2>err && [ "$(grep -c 'nowhere' out)" -eq 2 ] || wrong "threads: each has its own message:"
finish
