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
    grep -qx 'split-seed: 1' two/resnet20-seed$seed/config.yaml || fail "the seeds do not share one split"
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
cp -r two/resnet20-seed2 other && sed -i '2s/^[^,]*/another.png/' other/predictions.csv other/contents.csv
refuse 'other test samples' two/resnet20-seed1 other
cp -r two/resnet20-seed2 relabelled && sed -i '2s/,disc,/,ring,/;2s/,[a-z]*,\([a-z]*,[0-9.]*\)$/,ring,\1/' relabelled/predictions.csv
refuse "the test sample 'test/[a-z]*/[0-9]*.png' is '[a-z]*' to one and 'ring' to the other" two/resnet20-seed1 relabelled
cp -r unfinished untested && sed -i 's/"n": 20/"n": 0/' untested/data.json
refuse 'its data had no test part' two/resnet20-seed1 untested
cp -r two/resnet20-seed2 timeless && rm timeless/results.csv
refuse 'results.csv is missing: no epoch was finished' two/resnet20-seed1 timeless
refuse 'two/resnet20-seed1 and two/../two/resnet20-seed1 are one run' two/resnet20-seed1 two/../two/resnet20-seed1
refuse 'a name is missing' --data data --models resnet20,
refuse 'at most 64 runs' --data data --models rnn,gru --seeds 33
echo 'epochs: 1' >settings.yaml
refuse 'nowhere: no such file or folder' --config settings.yaml --data nowhere --models rnn,gru
refuse "no model 'resnet21'; did you mean resnet20" --data data --models resnet20,resnet21

# two runs of one name, and a comparison that lies among the runs
mkdir -p a b
cp -r two/resnet20-seed1 a/resnet20 && cp -r two/resnet20-seed2 b/resnet20
"$lince" compare a/resnet20 b/resnet20/ --out named --lang en --quiet >table || fail "runs of one name are not compared"
grep -q '^a/resnet20 ' table && grep -q '^b/resnet20 ' table || fail "two runs of one name cannot be told apart: $(cat table)"
"$lince" compare two/* --out among --lang en --quiet >table 2>err || fail "OUT/* is not compared: $(cat err)"
grep -q 'two/compare: a comparison, and no run' err || fail "that a comparison is no run is not said: $(cat err)"

# texts: by length and negation, how far the gradient reaches, the telling word moved
"$lince" synth tweets tweets --n 900 --seed 3 >/dev/null
"$lince" compare --data tweets --models rnn,gru --embedding 8 --hidden 8 --epochs 2 --batch-size 32 --lr 0.01 \
    --split-by random --out texts --quiet >table 2>err || fail "comparing models of texts failed: $(cat err)"
grep -q '^Context\. On the longest texts (number: [0-9]*; words in each: [0-9]* or more)' table && grep -q 'gradient with respect to h is below a tenth' table &&
    grep -q '40 words put behind the telling word' table || fail "the verdict says nothing of context: $(cat table)"
for figure in by_length reach moved; do
    [ -s texts/compare/plots/$figure.svg ] || fail "texts: the figure $figure is missing"
done
[ "$(grep -o '"peak memory": [1-9]' texts/compare/compare.json | wc -l)" -eq 2 ] || fail "texts: no peak memory"
[ -s texts/rnn/cost.json ] || fail "texts: cost.json is missing"
for heading in 'Long texts, negations and contrasts' 'How far the gradient reaches back' 'farther from the end'; do
    grep -q "^## [0-9]*\. .*$heading" texts/compare/compare.md || fail "texts: no section '$heading'"
done
# all test texts are asked, and unmoved they are the test again
"$lince" eval --run texts/gru --json --quiet >eval.json || fail "eval failed"
right=$(grep -o '"accuracy": [0-9.]*' eval.json | head -1 | cut -d' ' -f2)
grep -q "^| gru | $(awk -v a="$right" 'BEGIN { printf "%.1f", 100 * a }') " texts/compare/compare.md ||
    fail "texts: unmoved, gru is not right in $right of all"
grep -q '^| 0 | 180 | 100 (100) | 100 (100) |' texts/compare/compare.md || fail "texts: shares do not begin at 100 %"
# pictures have nothing of it
grep -q 'context\|gradient' two/compare/compare.md two/compare/compare.json && fail "pictures have sections of texts"

# Ctrl-C while the runs are asked ends it before anything is written (a script's job ignores SIGINT unless told otherwise)
env --default-signal=INT "$lince" compare texts/rnn texts/gru --out given-up --quiet >out 2>err &
sleep 0.05
kill -INT $!
wait $!
code=$?
[ $code -eq 130 ] && [ ! -e given-up ] || fail "interrupted: expected 130 and no folder, found $code and: $(ls given-up; cat err)"

# without weights what needs the network is left out
mv texts/rnn/weights weights
"$lince" compare texts/rnn texts/gru --out netless --quiet >table 2>err || fail "without weights nothing is compared"
[ "$(grep -c 'This could not be measured. texts/rnn/weights/best.safetensors' netless/compare.md)" -eq 2 ] ||
    fail "that the weights are gone is not said"
[ -s netless/plots/by_length.svg ] || fail "without weights there is no figure by length"
mv weights texts/rnn/weights

# without the data what needs them is left out, and the rest is there
mv tweets elsewhere
"$lince" compare texts/rnn texts/gru --out gone --quiet >table 2>err || fail "without its data nothing is compared"
grep -q 'could not be read again' gone/compare.md || fail "that the data are gone is not said"
grep -q 'gradient reaches' gone/compare.md && fail "without data there is a section of gradients"
[ -s gone/plots/by_length.svg ] && fail "without data there is a figure by length"
"$lince" compare texts/rnn texts/gru --out gone-es --lang es --quiet >/dev/null 2>err
grep -q 'no se han podido volver a leer' gone-es/compare.md || fail "that the data are gone is not said in Spanish"
mv elsewhere tweets
"$lince" compare texts/rnn texts/gru --out es-texts --lang es --quiet | grep -q '^Contexto\.' ||
    fail "the verdict on context is not in Spanish"
exit $((failures > 0))
