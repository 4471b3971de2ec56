# What a refused training says and leaves behind, in both languages. usage: test_messages.sh LINCE
lince=$1
scratch=$TEST_SCRATCH/cli_messages
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1
failures=0

# says LANGUAGE TEXT ARGUMENTS...: exactly this text on standard error, with the exit code of wrong usage
says() {
    local language=$1 text=$2 found
    shift 2
    LC_ALL=$language "$lince" "$@" >out 2>err </dev/null
    found=$?
    if [ $found -ne 2 ] || [ "$(cat err)" != "$text" ]; then
        echo "lince $*: expected '$text', found $found:"
        cat err
        failures=$((failures + 1))
    fi
}

says C.UTF-8 "lince: train: --epochs: expected a value from 1 to 100000, found 0" train --data . --epochs 0
says es_MX.UTF-8 "lince: train: --epochs: se esperaba un valor de 1 a 100000 y se encontró 0" train --data . --epochs 0
says es_ES.UTF-8 "lince: no existe el comando «trian»; ¿quiso decir «train»?" trian
says C.UTF-8 "lince: train: --gamma: expected a value above 0 and up to 1, found 0" train gamma=0

printf 'epochs: 2\nlr: fast\n' >bad.yaml
says C.UTF-8 "lince: bad.yaml:2: --lr: expected a number, found 'fast'" train --config bad.yaml --data .
says es_MX.UTF-8 "lince: bad.yaml:2: --lr: se esperaba un número y se encontró «fast»" train --config bad.yaml --data .

if "$lince" train --data no-such-folder --out run 2>err || [ -e run ] || [ -e runs ]; then
    echo "a refused training left a folder"
    failures=$((failures + 1))
fi

LC_ALL=es_MX.UTF-8 "$lince" help train >out
grep -q 'tasa de aprendizaje' out || failures=$((failures + 1))
exit $((failures > 0))
