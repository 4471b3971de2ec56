# The command line as a user types it, wrongly. usage: test_usage.sh LINCE
lince=$1
scratch=$TEST_SCRATCH/cli_usage
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1
failures=0

# expect CODE PATTERN ARGUMENTS...: that exit code, and that pattern on standard error, nothing on standard output
expect() {
    local code=$1 pattern=$2 found
    shift 2
    "$lince" "$@" >out 2>err </dev/null
    found=$?
    if [ $found -ne "$code" ] || ! grep -q -- "$pattern" err || [ -s out ]; then
        echo "lince $*: expected $code and '$pattern', found $found:"
        cat out err
        failures=$((failures + 1))
    fi
}

# helps PATTERN ARGUMENTS...: the help goes to standard output, exit code 0
helps() {
    local pattern=$1
    shift
    if ! "$lince" "$@" >out 2>err || ! grep -q -- "$pattern" out || [ -s err ]; then
        echo "lince $*: expected help with '$pattern':"
        cat out err
        failures=$((failures + 1))
    fi
}

expect 2 "lince train"
expect 2 "did you mean 'train'" trian
expect 2 "did you mean --epochs" train --epoch 3
expect 2 "did you mean --json" eval --jsn
expect 2 "1 to 100000, found 0" train --epochs 0
expect 2 "--epochs" train epochs=0
expect 2 "--epochs" train --epochs=three
expect 2 "--batch-size" train -b -1
expect 2 "--lr" train --lr -1
expect 2 "--optimizer" train --optimizer adm
# what other programs call it, and names in capitals
expect 2 "--lr: expected a value from 0" train --learning-rate -1
expect 2 "--lr: expected a value from 0" train --lr0=-1
expect 2 "--epochs: expected a value" train --max-epochs 0
expect 2 "--image-size -4: expected" train --imgsz -4
expect 1 "nope: there is no such run" val --run nope
expect 2 "--data is missing" train --model VGG16
# options before the command, and without their value
expect 2 "lince: --cpu: a value is missing (amx|avx512vnni|avx512|avxvnni|avx2|plain)" train --cpu
expect 2 "lince: --cpu: a value is missing" --cpu --epochs 2
expect 2 "falta un valor" --lang es train --epochs
expect 2 "--lang: a value is missing" --lang
helps "Ejemplos" --lang es help train
# --lang before the command is the command's own: what is said while it works, too
expect 1 "no existe ese archivo o carpeta" --lang es train --data no-such
expect 1 "no such file or folder" --lang es train --data no-such --lang en
expect 2 "¿quiso decir «train»?" --lang es help trian
# what stands for a value has a name of the language
commands=$("$lince" help --lang en | sed -n 's/^  lince \([a-z-]*\) .*/\1/p')
for command in $commands; do
    if "$lince" --lang es help $command | grep -nwE '(PATH|FILE|DIR|NAME|HOW|LIST|PART|TEXT|LANGUAGE|SECONDS|TIME|RUN|COMMAND|VALUES|options)'; then
        echo "help $command --lang es has English words"
        failures=$((failures + 1))
    fi
done
# the system's reasons, too
touch file
expect 1 "file: no es una carpeta" --lang es synth images file/below
# help fits 80 columns, and ends with commands that parse
for language in en es; do
    for command in ${commands/help/}; do
        widest=$("$lince" help $command --lang $language | LC_ALL=C.UTF-8 wc -L)
        [ "$widest" -le 80 ] || { echo "help $command --lang $language: a line of $widest"; failures=$((failures + 1)); }
        "$lince" help $command --lang $language | tail -1 | grep -q "^  lince $command" || { echo "help $command ends without an example"; failures=$((failures + 1)); }
    done
done
[ "$("$lince" help --lang es | LC_ALL=C.UTF-8 wc -L)" -le 80 ] && [ "$("$lince" help --lang en | wc -L)" -le 80 ] || {
    echo "the list of commands is wider than 80 columns"
    failures=$((failures + 1))
}
expect 2 "a value is missing" train --epochs
expect 2 "takes no value" eval --json=1
expect 2 "takes no value" train --no-nesterov=yes
expect 2 "did you mean --data" train pictures
expect 2 "did you mean --data" train -- --epochs
expect 2 "--run DIR" eval
expect 2 "--run DIR" predict
expect 2 "--run DIR" predict --run somewhere
expect 2 "--threads" eval --model vgg16 --weights w --threads many
expect 2 "one path" info
expect 2 "one run" report
expect 2 "images" synth
expect 2 "images, sounds or tweets" synth twets somewhere
expect 2 "--n 3" synth tweets somewhere --n 3
expect 2 "--n 3" synth images somewhere --n 3
expect 1 "nothing is overwritten" synth images "$scratch"
expect 2 "expected en, es or auto" report --lang fr run
expect 2 "avxvnni, avx2 and plain" --cpu avx3 version
expect 2 "avxvnni, avx2 and plain" info --cpu=avx3 somewhere
expect 1 "no-such" train --data no-such
expect 1 "no-such" info no-such
expect 1 "no-such" report no-such
expect 1 "no-such" eval --run no-such
expect 1 "no-such" predict --run no-such picture.png
expect 1 "no-such" train --resume no-such
expect 1 "no-such.yaml" train --config no-such.yaml

# the recipes are read: only the data are missing
for recipe in "$TEST_SOURCE_DIR"/configs/*.yaml; do
    expect 1 "no-such: no such file" train --config "$recipe" --data no-such
done

many=$(printf 'a%.0s ' {1..300})
for command in info report convert fetch synth compare tune; do
    expect 2 "$command: too many arguments, from 'a' on" $command $many
    expect 2 "$command: demasiados argumentos, desde «a»" $command $many --lang es
done
for command in train cv lr-find; do
    expect 2 "$command: 'a' is not an option; did you mean --data a?" $command $many
    expect 2 "$command: «a» no es una opción; ¿quiso decir --data a?" $command $many --lang es
done
for command in eval version; do
    expect 2 "$command: 'a' is not an option" $command a
    expect 2 "$command: «a» no es una opción" $command a --lang es
done
# Options are no arguments: there may be any number of them.
expect 1 "no-such" report no-such $(printf -- '--author=%d ' {1..40})

printf 'epochs: 2\nepoch: 3\n' >wrong.yaml
expect 2 "wrong.yaml:2" train --config wrong.yaml

helps "lince predict" help
helps "lince predict" --help
helps "--batch-size" help train
helps "vgg16_bn" train -h
for command in eval predict info report synth; do
    helps "--help" help $command
    helps "lince $command" $command --help
done

LINCE_CPU=plain "$lince" version --verbose | grep -q '^level  *plain' || failures=$((failures + 1))
"$lince" version | grep -q '^lince [0-9]' || failures=$((failures + 1))
for command in help "help train" version fetch; do
    if "$lince" $command >/dev/full 2>err || [ $? -ne 1 ]; then
        echo "lince $command: a full disk on standard output is not a failure"
        failures=$((failures + 1))
    fi
done
exit $((failures > 0))
