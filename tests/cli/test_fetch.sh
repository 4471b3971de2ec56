# Fetching from a server that misbehaves: what arrives is right, or is not there. usage: test_fetch.sh LINCE
lince=$(realpath "$1")
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" fetch

# expect CODE TEXT ARGUMENTS...: the exit code, and a text in what is said on standard error ("": any)
expect() {
    local code=$1 text=$2 found
    shift 2
    "$lince" fetch --stall 1 "$@" >out 2>err </dev/null
    found=$?
    [ $found -eq "$code" ] || wrong "lince fetch $*: expected exit code $code, found $found"
    grep -qF -- "$text" err || wrong "lince fetch $*: expected '$text'"
}

# nothing NAME: neither the file nor the beginning of one is there
nothing() {
    [ -e "to/$1" ] && wrong "$1 is there"
    [ -e "to/$1.part" ] && wrong "$1.part is there"
}

# --- without a server: names, mirrors, and nothing to reach ---

"$lince" fetch >out 2>err || wrong "the list"
grep -q '^cifar10 .*162.2 MiB' out || wrong "cifar10 is not in the list"
grep -q '^vgg16 .*527.8 MiB' out || wrong "vgg16 is not in the list"
expect 2 "did you mean cifar10?" cifar_10
expect 2 "expected one name" vgg16 vgg19
expect 2 "8 to 64 hexadecimal digits" http://127.0.0.1/x
expect 2 "8 to 64 hexadecimal digits" http://127.0.0.1/x --sha256 xyz
expect 2 "does not end with a file's name" http://127.0.0.1/ --sha256 00000000
expect 2 "expected http://, https:// or file://" vgg16 --url-base ftp://127.0.0.1
expect 1 "is there a network?" vgg16 --to to --url-base http://127.0.0.1:9
nothing vgg16-397923af.pth
expect 1 "resolve host" vgg16 --to to --url-base http://no-such.invalid
nothing vgg16-397923af.pth

mkdir -p mirror
head -c 300000 /dev/urandom >mirror/some.bin
sum=$(sha256sum mirror/some.bin | cut -c1-64)
expect 0 "is the expected one" "file://$scratch/mirror/some.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/some.bin || wrong "the file of the mirror differs"
[ "$(cat out)" = to/some.bin ] || wrong "the path is not said"
expect 0 "is the expected one" "file://$scratch/mirror/some.bin" --sha256 "$sum" --to to
expect 0 "only these 8 digits are known" "file://$scratch/mirror/some.bin" --sha256 "${sum:0:8}" --to to
echo other >to/some.bin
expect 1 "is there already, and is something else" "file://$scratch/mirror/some.bin" --sha256 "$sum" --to to
[ "$(cat to/some.bin)" = other ] || wrong "a file of the user's was changed"
rm to/some.bin
expect 1 "none.bin" "file://$scratch/mirror/none.bin" --sha256 "$sum" --to to
nothing none.bin
cp mirror/some.bin mirror/vgg16-397923af.pth
expect 1 "300000 bytes; expected about 553438" vgg16 --to to --url-base "file://$scratch/mirror"

# --- with one ---

if ! command -v python3 >/dev/null; then
    echo "skipped: there is no python3 for the server"
    [ $failures -eq 0 ] && exit 77
    exit 1
fi
python3 "$TEST_SOURCE_DIR/tests/cli/fetch_server.py" port mirror/some.bin &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
[ -s port ] || { echo "the server did not start"; exit 1; }
base=http://127.0.0.1:$(cat port)

# right BEHAVIOUR [OPTIONS]: arrives, whatever the server does
right() {
    local what=$1
    shift
    rm -rf to
    expect 0 "is the expected one" "$base/$what/x.bin" --sha256 "$sum" --to to "$@"
    cmp -s "$scratch/mirror/some.bin" to/x.bin || wrong "$what: the file differs"
    [ -e to/x.bin.part ] && wrong "$what: x.bin.part is left"
}

# refused BEHAVIOUR CODE TEXT [OPTIONS]: does not appear under its name
refused() {
    local what=$1 code=$2 text=$3
    shift 3
    rm -rf to
    expect "$code" "$text" "$base/$what/x.bin" --sha256 "$sum" --to to "$@"
    [ -e to/x.bin ] && wrong "$what: the file is there"
}

# at_once CASE...: each in a folder of its own, all at the same time: most of theirs is waiting
at_once() {
    local case jobs=() i=0
    for case in "$@"; do
        i=$((i + 1))
        mkdir "case$i"
        (cd "case$i" && failures=0 && eval "$case"; exit $failures) >"case$i/said" 2>&1 &
        jobs+=($!)
    done
    for i in "${!jobs[@]}"; do
        wait "${jobs[$i]}" || { cat "case$((i + 1))/said"; failures=$((failures + 1)); }
    done
}
at_once 'right good' 'right truncate' 'right drip' 'right norange' 'right redirect' 'right nolength' 'right busy' 'right stall' \
    'refused loop 1 redirect' 'refused escape 1 ""' 'refused missing 1 "HTTP 404"; nothing x.bin' \
    'refused wrong 1 "not what was expected: its SHA-256 is"; nothing x.bin' \
    'refused short 1 "not what was expected: its SHA-256 is"; nothing x.bin' 'refused long 1 "the same command goes on from there"' \
    'refused dead 1 "too slow"' 'refused shifted 1 "another part"'
rm -rf to
expect 1 "bytes; expected about" squeezenet1_1 --to to --url-base "$base/good"
rm -rf to
expect 1 "sends more than" squeezenet1_1 --to to --url-base "$base/endless"
rm -rf to # nobody says how long it is
expect 1 "more than 1048576 bytes, and the server does not say how many" "$base/endless/x.bin" --sha256 "$sum" --to to --max-mb 1
[ -e to/x.bin ] && wrong "an endless file is there"

# what was begun is gone on with, and asked for from its end
rm -rf to && mkdir to
head -c 100000 mirror/some.bin >to/begun.bin.part
expect 0 "is the expected one" "$base/good/begun.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/begun.bin || wrong "a resumed file differs"
grep -qx '/good/begun.bin bytes=100000-' port.requests || wrong "the beginning was asked for again"

# all had come, but the name was not given yet
rm -rf to && mkdir to
cp mirror/some.bin to/whole.bin.part
expect 0 "is the expected one" "$base/good/whole.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/whole.bin || wrong "a finished file differs"
grep -q whole.bin port.requests && wrong "what was there was asked for"

# ... unless it belongs to another file
rm -rf to && mkdir to
head -c 100000 /dev/zero >to/x.bin.part
expect 0 "once more from the start" "$base/good/x.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/x.bin || wrong "a file begun wrongly differs"
rm -rf to && mkdir to
head -c 400000 /dev/zero >to/x.bin.part
expect 0 "is the expected one" "$base/good/x.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/x.bin || wrong "a file begun too long differs"

# Ctrl-C keeps what came and says how to go on (a script's job ignores SIGINT unless told otherwise)
rm -rf to
env --default-signal=INT "$lince" fetch "$base/slow/int.bin" --sha256 "$sum" --to to >out 2>err &
fetching=$!
for _ in $(seq 100); do [ -s to/int.bin.part ] && break; sleep 0.1; done
kill -INT $fetching
wait $fetching
found=$?
[ $found -eq 130 ] || wrong "interrupted: expected exit code 130, found $found"
kept=$(stat -c %s to/int.bin.part)
grep -q "interrupted; $kept bytes are kept in to/int.bin.part, and the same command goes on from there" err ||
    wrong "what is kept is not said"
[ -e to/int.bin ] && wrong "an interrupted file has its name"
expect 0 "is the expected one" "$base/slow/int.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/int.bin || wrong "a file gone on with after Ctrl-C differs"
grep -qx "/slow/int.bin bytes=$kept-" port.requests || wrong "what was kept was asked for again"

# terminated likewise; a second fetch at the same time is refused
rm -rf to
"$lince" fetch "$base/slow/x.bin" --sha256 "$sum" --to to >out 2>err &
fetching=$!
for _ in $(seq 100); do [ -s to/x.bin.part ] && break; sleep 0.1; done
"$lince" fetch "$base/slow/x.bin" --sha256 "$sum" --to to >out2 2>err2
[ $? -eq 1 ] && grep -q "another lince is fetching it" err2 || wrong "two fetched at once"
kill -TERM $fetching
wait $fetching
found=$?
[ $found -eq 143 ] || wrong "terminated: expected exit code 143, found $found"
grep -q "bytes are kept in to/x.bin.part" err || wrong "what is kept is not said"
[ -s to/x.bin.part ] || wrong "nothing was kept"
expect 0 "is the expected one" "$base/slow/x.bin" --sha256 "$sum" --to to
cmp -s mirror/some.bin to/x.bin || wrong "a file gone on with after an interruption differs"
grep '^/slow/x.bin' port.requests | tail -1 | grep -q 'bytes=[1-9]' || wrong "an interrupted download began again"

finish
