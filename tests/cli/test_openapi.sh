# Schemathesis (PyPI) asks `lince serve` what /openapi.json says can be asked, and looks whether it answers as that says: nothing breaks,
# every status, header and document is described. usage: test_openapi.sh LINCE
# Skipped (77) where there is no schemathesis; SCHEMATHESIS: the program.
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" openapi
schemathesis=${SCHEMATHESIS:-schemathesis}
if ! command -v "$schemathesis" >/dev/null; then
    echo "SKIPPED: schemathesis is not installed (pip install schemathesis)"
    exit 77
fi
make_tiny_runs
"$lince" serve shapes texts --port 0 --max-per-address 256 --quiet --lang en >address 2>serve.err </dev/null &
server=$!
until [ -s address ] || ! kill -0 $server 2>/dev/null; do sleep 0.05; done

# Not checked: whether all that is described is taken (a picture is not described by a schema, nor is which model takes it), and
# whether a body that is missing is refused, which for a text is an empty one.
"$schemathesis" run "$(cat address)openapi.json" --max-examples "${EXAMPLES:-25}" --seed 1 \
    --request-timeout 60 --wait-for-schema 60 --exclude-checks positive_data_acceptance,negative_data_rejection >out 2>err || wrong "schemathesis"
kill -TERM $server
wait $server || wrong "the server ended with $?"
[ ! -s serve.err ] || wrong "the server said: $(cat serve.err)"
finish
