# lince serve: what is typed, and by serve_checks.py what is asked over HTTP.
# usage: test_serve.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" serve
make_tiny_runs
"$lince" synth sounds words --n 48 >/dev/null
done_with train --data words --model gru --hidden 4 --epochs 1 --threads 1 --no-report --quiet --out sounds

# What cannot be served is told, and nothing listens.
expect 2 'lince serve: expected a run' serve
expect 1 'no-such-run: there is no such run' serve no-such-run
expect 2 'two models are called shapes; NAME=RUN gives one another name' serve shapes shapes --port 0 --quiet
expect 2 'dos modelos se llaman shapes' serve shapes ./shapes --port 0 --quiet --lang es
expect 2 "a/b: a model's name has letters, and no slash" serve a/b=shapes --port 0
expect 2 '--port: expected 0 to 65535, found 70000' serve shapes --port 70000 --quiet
expect 2 '--max-queue: expected 1 or more' serve shapes --max-queue 0
expect 2 '--batch: expected a whole number' serve shapes --batch many
expect 2 '--listen no.such.host.invalid: it is no address of this machine' serve shapes --listen no.such.host.invalid --port 0 --quiet
expect 1 '--listen 192.0.2.1 --port 0: ' serve shapes --listen 192.0.2.1 --port 0 --quiet
printf 'short\n' >token
expect 1 'token: expected a token in its first line, 16 letters or more' serve shapes --token-file token --port 0
expect 1 'no-token: ' serve shapes --token-file no-token --port 0

# Where its address cannot be told nobody could ask it, or stop it.
timeout 60 "$lince" serve shapes --port 0 --quiet >/dev/full 2>err
code=$?
: >out
{ [ $code -eq 1 ] && grep -q 'standard output could not be written' err; } || wrong "lince serve >/dev/full: found $code:"

python3 "$TEST_SOURCE_DIR/tests/cli/serve_checks.py" "$lince" "$TEST_SOURCE_DIR" || failures=$((failures + 1))
finish
