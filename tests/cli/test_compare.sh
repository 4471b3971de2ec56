# lince compare: runs trained side by side, compared again from their folders, and what it refuses. usage: test_compare.sh LINCE
lince=$1
failures=0
work="$TEST_SCRATCH/compare"
rm -rf "$work" && mkdir -p "$work" && cd "$work" || exit 1

fail() {
    echo "$1"
    failures=$((failures + 1))
}

"$lince" synth images data --n 120 --seed 1 >/dev/null
"$lince" compare --data data --models resnet20 --seeds 2 --epochs 1 --batch-size 16 --out two --quiet >table ||
    fail "training and comparing failed"
for part in two/resnet20-seed1/test.json two/resnet20-seed2/test.json two/compare/compare.json two/compare/compare.html \
    two/compare/compare.md two/compare/plots/confusions.svg; do
    [ -s "$part" ] || fail "$part is missing"
done
grep -q '^resnet20-seed1 ' table && grep -q 'highest test accuracy' table || fail "no table or verdict: $(cat table)"
for seed in 1 2; do
    grep -qx 'split-seed: "1"' two/resnet20-seed$seed/config.yaml || fail "the seeds do not share one split"
done

# the same runs again, from their folders: the same numbers
"$lince" compare two/resnet20-seed1 two/resnet20-seed2 --out again --json --quiet >json || fail "comparing runs failed"
diff json <(cat two/compare/compare.json && echo) >/dev/null ||
    fail "compared again, the numbers differ"

# Spanish
"$lince" compare two/resnet20-seed1 two/resnet20-seed2 --out es --lang es --quiet | grep -q 'mayor exactitud' ||
    fail "the verdict is not in Spanish"

# refused, with one message
refuse() { # MESSAGE ARGUMENT...
    local wanted=$1
    shift
    "$lince" compare "$@" >out 2>err && fail "compare $* was not refused"
    [ "$(wc -l <err)" -eq 1 ] && grep -q -- "$wanted" err || fail "compare $*: expected '$wanted', found: $(cat err)"
}
refuse 'expected 2 to' two/resnet20-seed1
refuse 'no such run' two/resnet20-seed1 nowhere
refuse 'not both' two/resnet20-seed1 --models resnet20
cp -r two/resnet20-seed2 unfinished && rm unfinished/test.json
refuse 'the run was not finished' two/resnet20-seed1 unfinished
cp -r two/resnet20-seed2 other && sed -i '2s/^[^,]*/another.png/' other/predictions.csv
refuse 'other test samples' two/resnet20-seed1 other
exit $((failures > 0))
