"""Writes tests/metrics/classification_report.txt: labels and predictions, and what scikit-learn prints for them.

Run: python tests/reference/classification_report.py > tests/metrics/classification_report.txt
Blocks begin with `case`, the class names, then `label:prediction` pairs, then the report up to a line with `end`.
"""
import warnings

import numpy as np
from sklearn.metrics import classification_report

warnings.simplefilter("ignore")  # classes that are never predicted
rng = np.random.default_rng(1)


def case(names, true, predicted):
    print("case", *names)
    print(*(f"{t}:{p}" for t, p in zip(true, predicted)))
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
