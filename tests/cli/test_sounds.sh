# Recordings, from a folder to an answer. usage: test_sounds.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" sounds

# prints PATTERN ARGUMENTS...: exit code 0, and that pattern on standard output
prints() {
    local pattern=$1
    shift
    done_with "$@"
    grep -qE -- "$pattern" out || wrong "lince $*: expected '$pattern'"
}

"$lince" synth sounds sounds --n 96 --seed 1 >/dev/null
"$lince" synth sounds again --n 96 --seed 1 >/dev/null
diff -r sounds again >/dev/null || wrong "the same seed draws other recordings"
small=(--mels 12 --fft 256 --hop 256 --seconds 0.8 --threads 1 --seed 3 --lang en --no-report)

# what they are
prints 'classes: 8; samples for training: 80, for validation: 0, for the test: 16' info sounds --lang en
grep -q 'recordings: 0.6. to 1...* s, .* 8000 to 8000 samples a second' out || wrong "info says nothing of recordings"

# training: what is left open is chosen, told and kept
done_with train --data sounds --out run --model resnet20 --epochs 1 "${small[@]}"
grep -q -- '--sample-rate 8000, the most frequent' err || wrong "it does not say its rate"
grep -q 'input: 12 bands x 26 frames (0.8 s at 8000 Hz)' err || wrong "it does not say its input"
grep -q 'sample-rate: 8000' run/config.yaml || wrong "the rate is not kept"
grep -q '"modality": "sound"' run/data.json && grep -q '"frames": 26' run/data.json || wrong "data.json does not say what they are"
prints 'resnet20' info run --lang en

# maps that an earlier run has computed are found again, and nothing is learned otherwise
ls "$XDG_CACHE_HOME"/lince/maps/* >/dev/null 2>&1 || wrong "no maps were kept"
done_with train --data sounds --out afresh --model resnet20 --epochs 1 "${small[@]}" --feature-cache-mb 0
done_with train --data sounds --out again-run --model resnet20 --epochs 1 "${small[@]}"
cmp -s run/weights/last.safetensors again-run/weights/last.safetensors || wrong "with maps that were kept there are other weights"
cmp -s afresh/weights/last.safetensors run/weights/last.safetensors || wrong "without a cache there are other weights"

# interrupted and resumed: the same weights
done_with train --data sounds --out whole --model resnet20 --epochs 2 "${small[@]}"
interrupted parts train --data sounds --out parts --model resnet20 --epochs 2 "${small[@]}" --checkpoint-every 0.00001
done_with train --resume parts --lang en
cmp -s whole/weights/last.safetensors parts/weights/last.safetensors || wrong "a resumed run has other weights"

# evaluated, and asked: a file, a pipe, a list, a folder, what is none
prints 'weighted avg' eval --run run --quiet
one=$(find sounds/test -name '*.wav' | sort | head -1)
done_with predict --run run "$one"
answer=$(cut -f2- out)
"$lince" predict --run run - <"$one" | cut -f2- | grep -qx -- "$answer" || wrong "a pipe is answered otherwise"
echo "$one" | "$lince" predict --run run - | cut -f2- | grep -qx -- "$answer" || wrong "a list is answered otherwise"
python3 - "$one" <<'EOF'
import sys, wave
with wave.open(sys.argv[1]) as f: rate, data = f.getframerate(), f.readframes(f.getnframes())
with wave.open("long.wav", "wb") as f: f.setparams((1, 2, rate, 0, "NONE", "")); f.writeframes((data * 5)[:2 * 2 * rate])
EOF
done_with predict --run run sounds/test --lang en
[ "$(wc -l <out)" -eq 16 ] || wrong "not every recording of a folder was answered"
prints '^\{"path":"sounds' predict --run run --json "$one"
head -c 3000 "$one" >cut.wav
expect 1 'cut.wav: truncated' predict --run run cut.wav --lang en
expect 1 'not a recording that is read (WAV' predict --run run "$TEST_SOURCE_DIR/README.md" --lang en

# a long recording, window by window: of 0.8 s, every 0.4 s
done_with predict --run run long.wav --window 0.8 --hop 0.4 --lang en
[ "$(sed 's/.*, \([0-9.]*\) s\t.*/\1/' out | tr '\n' ' ')" = "0.00 0.40 0.80 1.20 " ] || wrong "the windows are others:"
prints 'long.wav, 0.80 s' predict --run run long.wav --window 0.8 --lang en
expect 2 'window x: expected seconds' predict --run run long.wav --window x --lang en

# what cannot be read is named; or left out
mkdir -p bad && cp -r sounds/* bad && cp cut.wav bad/train/hiss/cut.wav
expect 1 'cut.wav: truncated' train --data bad --out bad-run --model resnet20 --epochs 1 "${small[@]}"
done_with train --data bad --out bad-run --model resnet20 --epochs 1 "${small[@]}" --on-bad skip
grep -q 'left out: .*cut.wav: truncated' err || wrong "what was left out is not named"
grep -q 'samples of the training part left out, because they cannot be read: 1' err || wrong "they are called otherwise"

cp cut.wav bad/test/hiss/cut.wav
done_with eval --run run --data bad --on-bad skip --lang en
grep -q 'left out: .*cut.wav: truncated' err || wrong "eval does not name what it left out"

# copies in two parts are found
mkdir -p twice && cp -r sounds/* twice && cp twice/train/hiss/amber_0000.wav twice/test/hiss/copy.wav
done_with train --data twice --out twice-run --model resnet20 --epochs 1 "${small[@]}"
grep -q 'recordings of the test part that are also in the training part: 1 as they are' err || wrong "a copy was not found"

# augmented and mixed; a speaker on one side; frame by frame, on any number of pieces of a batch
done_with train --data sounds --out varied --model resnet20 --epochs 1 "${small[@]}" --sound-augment shift,noise=10:30,time-mask --mixup 0.2 --group-pattern '(.*)_'
done_with train --data sounds --out grouped --model gru --hidden 8 --epochs 1 "${small[@]}" --split-by group --group-pattern '(.*)_'
grep -oE '[a-z]+_[0-9]+.wav' grouped/predictions.csv | cut -d_ -f1 | sort -u >tested
[ -s tested ] && [ "$(wc -l <tested)" -lt 6 ] || wrong "the test has recordings of every instrument"
done_with train --data sounds --out frames --model gru --hidden 8 --epochs 2 "${small[@]}"
done_with train --data sounds --out pieces --model gru --hidden 8 --epochs 2 "${small[@]}" --shards 2 --workers 1
prints 'sounds/test' predict --run frames sounds/test
[ "$(wc -l <out)" -eq 16 ] || wrong "frames: not every recording was answered"
cut -f1,2 out >here
"$lince" eval --run frames --quiet >/dev/null && sed 1d frames/predictions.csv | awk -F, '{ print $1 "\t" $3 }' | sort >there
sed 's:^sounds/::' here | sort | cmp -s - there || wrong "predict and the test answer otherwise"
expect 2 'group-pattern x+: matches no file' train --data sounds --group-pattern 'x+' --lang en

# the report: pictures, players, groups, in both languages
done_with report run --lang en
[ -s run/plots/recordings.svg ] && [ -s run/plots/gradcam.svg ] && [ -s run/plots/heard-1.wav ] || wrong "pictures of recordings are missing"
grep -q '<audio controls preload="none" src="data:audio/wav;base64,UklGR' run/report.html || wrong "nothing can be heard"
grep -qE '^## [0-9]+. What the network hears' run/report.md && grep -q '](plots/heard-1.wav)' run/report.md || wrong "report.md has no recordings"
grep -q 'Recordings of the test part that are also in the training part: 0 as they are' run/report.md || wrong "copies are not spoken of"
grep -v '^| `--' run/report.md | grep -qiE 'training pictures|texts' && wrong "the report speaks of pictures or texts"
done_with report varied --lang es
grep -q '"by_group": true' grouped/data.json || wrong "data.json does not say that groups stay whole"
grep -q '^### Por grupo' varied/report.md && grep -qE '^\| [a-z]+ \| [0-9]+ \| [0-9.]+ % \| del [0-9.]+ al' varied/report.md || wrong "there are no groups"
[ -s varied/plots/groups.svg ] || wrong "groups are not drawn"
python3 - <<'EOF' || wrong "results by group are not those of predictions.csv"
import collections, csv, json, os
told = json.load(open("varied/test.json"))["groups"]["of"]
by = collections.defaultdict(list)
for r in csv.DictReader(open("varied/predictions.csv")): by[os.path.basename(r["path"]).rsplit("_", 1)[0]].append(r)
assert sorted(by) == sorted(g["name"] for g in told), told
for g in told:
    own = by[g["name"]]
    assert g["n"] == len(own) and abs(g["accuracy"] - sum(r["true"] == r["predicted"] for r in own) / len(own)) < 1e-6, g
    for c, s in g["per_class"].items():
        of = [r for r in own if r["true"] == c]
        assert s["support"] == len(of) and abs(s["recall"] - sum(r["predicted"] == c for r in of) / len(of)) < 1e-6, (g, c)
    wrong = collections.Counter((r["true"], r["predicted"]) for r in own if r["true"] != r["predicted"])
    assert wrong == {(m["true"], m["predicted"]): m["n"] for m in g["mistakes"]}, g
EOF

# settings that make no sense, and other kinds' models
expect 2 'fft 262' train --data sounds --fft 262 --lang en
expect 2 '--augment flip: is for pictures, and sounds holds recordings; leave it out' train --data sounds --augment flip --lang en
expect 2 '--embedding 8: is for texts, and sounds holds recordings' train --data sounds --embedding 8 --lang en
expect 2 '--read-padding yes: is for texts, and sounds holds recordings' train --data sounds --model gru --read-padding --lang en
expect 2 'mixup mixes maps, which gru reads frame by frame' train --data sounds --model gru --mixup 0.2 --lang en
expect 2 "did you mean 'shift'" train --data sounds --sound-augment shit --lang en
finish
