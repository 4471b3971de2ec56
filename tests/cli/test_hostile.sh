# Names and texts that would command what shows them are shown harmlessly (tests/hostile/canaries.py; `make canaries`: more rounds).
# usage: test_hostile.sh LINCE [ROUNDS]
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" hostile

# --- all of them, wherever a name is shown ---
python3 "$TEST_SOURCE_DIR/tests/hostile/canaries.py" "$lince" canaries --rounds "${2:-1}" >out 2>err || wrong "canaries"

# --- what a spreadsheet would compute, told as it is meant, and numbers as numbers ---
"$lince" synth tweets tweets --n 60 --seed 1 >/dev/null
done_with train --data tweets --model gru --hidden 4 --embedding 4 --epochs 1 --threads 1 --no-report --quiet --out run
printf 'text,price\n=1+1,-3.5\n"@here, now",+2\n'"'"'=x,-a\n' >table.csv
run predict --run run --csv table.csv --text-column text
[ "$(cut -d, -f1-2 out | head -3 | tail -2)" = "$(printf "'=1+1,-3.5\n\"'@here, now\"")" ] || wrong "formulas in predict --csv:"
grep -q "^''=x,'-a," out || wrong "a mark before what begins with one:"

# --- one message a line: what a name says stands behind blanks ---
python3 - <<'PY'
import json, struct
name = "features.0\nlince: all is well"
header = json.dumps({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
open("w.safetensors", "wb").write(struct.pack("<Q", len(header)) + header + bytes(4))
PY
expect 1 'there is no output layer' predict --weights w.safetensors --model resnet20 table.csv
done_with info w.safetensors
! grep -q '^lince: ' out || wrong "a name begins a line of lince info:"
finish
