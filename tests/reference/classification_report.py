"""Writes tests/metrics/classification_report.txt: labels and predictions, and what scikit-learn prints for them.

Run: python tests/reference/classification_report.py > tests/metrics/classification_report.txt
With `--all` every random confusion matrix is written, not only those that tell orders of adding up apart.
Blocks begin with `case`, the class names, then `label:prediction*times`, then the report up to a line with `end`.
"""
import sys
import warnings

import numpy as np
from sklearn.metrics import classification_report

warnings.simplefilter("ignore")  # classes that are never predicted
rng = np.random.default_rng(1)


def case(names, true, predicted):
    print("case", *names)
    cells, times = np.unique(np.stack([true, predicted], 1), axis=0, return_counts=True)
    print(*(f"{t}:{p}*{n}" for (t, p), n in zip(cells, times)))
    print(classification_report(true, predicted, labels=range(len(names)), target_names=names, zero_division=0), end="")
    print("end")


def noisy(classes, n, share):
    true = rng.integers(0, classes, n)
    return true, np.where(rng.random(n) < share, true, rng.integers(0, classes, n))


case(["cat", "dog"], *noisy(2, 17, 0.6))
case(["airplane", "automobile", "bird", "cat", "deer"], *noisy(5, 400, 0.8))
case(["a-class-with-a-long-name", "ñandú", "c"], *noisy(3, 200, 0.5))
case(["never", "once", "often"], [1, 2, 2, 2, 2, 2], [2, 2, 2, 2, 1, 2])  # no support; nothing predicted
case(["b", "a"], [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 1, 1])  # values that end in 5: rounding


def report(true, predicted, k):
    return classification_report(true, predicted, labels=range(k), output_dict=True, zero_division=0)


def divided_first(scores, k, n):
    """Averages as sums of value times share, which round otherwise than sums that are divided at the end."""
    rows = [scores[str(c)] for c in range(k)]
    for name, shares in (("macro avg", [1 / k] * k), ("weighted avg", [r["support"] / n for r in rows])):
        for score in ("precision", "recall", "f1-score"):
            total = 0.0
            for row, share in zip(rows, shares):
                total += share * row[score]
            yield f"{total:.2f}" != f"{scores[name][score]:.2f}"


matrices = np.random.default_rng(12)
kept = 0
for i in range(3000):
    k = int(matrices.choice([2, 2, 3, 4, 5, 8, 10, 17]))
    matrix = matrices.integers(0, matrices.choice([3, 10, 25]), (k, k)) * (matrices.random((k, k)) < 0.7)
    matrix[matrices.integers(k), matrices.integers(k)] += 1  # never empty
    true, predicted = (np.repeat(axis.ravel(), matrix.ravel()) for axis in np.indices((k, k)))
    if "--all" in sys.argv or kept < 40 and any(divided_first(report(true, predicted, k), k, len(true))):
        case([f"c{c}" for c in range(k)], true, predicted)
        kept += 1
case(["a", "b"], *(np.repeat([[0, 0, 1, 1], [0, 1, 0, 1]], [17, 7, 4, 12], axis=1)))  # weighted recall 0.725: 0.72
