# What never ends or never comes: pipes in place of files, lines without an end. Each is refused, at once.
# usage: test_hangs.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" hangs

mkfifo pipe
make_tiny_runs

# --- a pipe that nobody writes to ---
for option in config vectors class-weights weights data; do
    case $option in
    config | vectors | class-weights) refuses 'pipe: .*not a plain file' train --data tweets --model gru $tiny --out new --$option pipe ;;
    weights) refuses 'pipe: .*not a plain file' train --data pictures --model resnet20 $tiny --out new --weights pipe ;;
    data) refuses 'pipe: neither a folder nor a plain file' train --model gru $tiny --out new --data pipe ;;
    esac
    [ ! -e new ] || wrong "--$option of a pipe left a run's folder"
done
refuses 'pipe: cannot read: not a plain file' tune --data tweets --space pipe --out new
for run in texts shapes; do
    refuses 'pipe: cannot read: not a plain file' predict --run $run pipe
done
refuses 'pipe: cannot read: not a plain file' predict --weights shapes/weights/best.safetensors --classes-file pipe pictures
refuses 'pipe: ' info pipe
refuses 'pipe: .*not a plain file' convert pipe out.pth

# --- and in place of what a run's folder holds ---
for file in config.yaml results.csv test.json predictions.csv data.json model.json weights/best.safetensors; do
    rm -rf spoiled
    cp -r texts spoiled
    rm spoiled/$file
    mkfifo spoiled/$file
    for command in report info 'predict --text good --run' 'eval --run'; do
        timeout 20 "$lince" $command spoiled --lang en >out 2>err </dev/null
        code=$?
        [ $code -ne 124 ] || wrong "lince $command with a pipe as $file: waits for ever"
        [ $code -eq 0 ] || grep -q 'not a plain file' err || wrong "lince $command with a pipe as $file: found $code:"
    done
done

# --- a text without an end, and a folder of no texts ---
refuses 'shapes/.*line 1: text: a NUL byte' predict --run texts shapes
for run in texts shapes; do
    tr '\0' x </dev/zero | timeout 20 "$lince" predict --run $run - --lang en >out 2>err
    code=$?
    { [ $code -eq 1 ] && grep -q 'standard input: .*more than' err; } || wrong "endless line for $run: found $code:"
done
finish
