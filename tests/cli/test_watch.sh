# lince watch: what is typed, and by watch_checks.py what it shows while a run trains, by HTTP and in a browser.
# usage: test_watch.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" watch
"$lince" synth images pictures --n 120 --seed 1 >/dev/null
done_with train --data pictures --model resnet20 --epochs 2 --threads 1 --quiet --out runs/first

# A finished run keeps no sign of life.
[ ! -e runs/first/progress.json ] || wrong "runs/first/progress.json is left behind"

expect 1 'no-such-folder: cannot open' watch no-such-folder --port 0
expect 1 'pictures/test/disc/0000.png: cannot open\|cannot open' watch "$(find pictures -name '*.png' | head -1)" --port 0
expect 2 '--port: expected 0 to 65535, found 70000' watch runs --port 70000 --quiet
expect 2 '--max-connections: expected 1 or more' watch runs --max-connections 0
expect 2 'watch: .*runs2' watch runs runs2

python3 "$TEST_SOURCE_DIR/tests/cli/watch_checks.py" "$lince" "$TEST_SOURCE_DIR" || failures=$((failures + 1))
finish
