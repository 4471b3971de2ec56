# Every number of `lince eval --json` of several labels is scikit-learn's. usage: test_several_scikit.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" several_scikit
python=${PYTHON:-python3}
$python -c 'import sklearn' 2>/dev/null || exit 77

"$lince" synth images many --labels many --n 240 --seed 1 >/dev/null
for threshold in 0.5 auto; do
    done_with train --data many --model speednet8 --epochs 1 --threads 1 --no-report --threshold $threshold --out run-$threshold
    done_with eval --run run-$threshold --json --predictions predictions.csv
    mv out eval.json
    done_with eval --run run-$threshold
    mv out report.txt
    $python "$TEST_SOURCE_DIR/scripts/several_labels.py" eval.json predictions.csv report.txt >out 2>err ||
        wrong "--threshold $threshold: not scikit-learn's numbers:"
done
finish
