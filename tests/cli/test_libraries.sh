#!/usr/bin/env bash
# What libraries print by themselves is told in lince's words, once. usage: test_libraries.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" libraries

# Whole pictures, and some with one bit turned, of which libde265 and libdav1d complain on standard error.
python3 - "$TEST_SOURCE_DIR/tests/picture/heif.txt" <<'PY' || exit 77
import os, sys
turned = {"heic": (256, 0), "avif": (103, 7)}
for folder in "ab":
    os.makedirs(folder)
for line in open(sys.argv[1]):
    kind, _, _, digits, _ = line.split(None, 4)
    whole = bytes.fromhex(digits)
    for name, folder in (("one", "a"), ("two", "b")):
        open("%s/%s-%s.%s" % (folder, kind, name, kind.split("-")[0]), "wb").write(whole)
    if kind in turned:
        at, bit = turned[kind]
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        for name in ("three", "four"):
            open("a/%s-%s.%s" % (kind, name, kind), "wb").write(damaged)
PY
run predict --lang en --help
[ ! -s err ] || wrong "something is printed without a reason"
mkdir data && mv a b data
run info data --duplicates
if grep -q 'libheif' out err; then exit 77; fi # built without it
[ $code -eq 0 ] || wrong "info: found $code"
grep -qx 'warning: a library printed: SPS error: CB alignment (times: [0-9]*)' err || wrong "libde265's is not handed on"
[ "$(grep -c 'SPS error' err)" -eq 1 ] || wrong "it is told more than once"
grep -v '^warning: ' err | grep . && wrong "lines of others stand among lince's"
run info data --duplicates --lang es
grep -q 'una biblioteca escribió: SPS error' err || wrong "not in Spanish"
"$lince" info data --duplicates >both 2>&1
grep -q '^SPS error' both && wrong "it is printed as it was, too"
finish
