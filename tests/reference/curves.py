"""Writes tests/metrics/curves.txt: labels and scores, and what scikit-learn makes of them.

Run: python tests/reference/curves.py > tests/metrics/curves.txt
A block: `case SAMPLES CLASSES`; a line a sample (label, then a score a class); `auc` and `precision`, a number a class
and their mean; a line a threshold of the last class (threshold, sensitivity, 1 - specificity); `end`.
"""
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

rng = np.random.default_rng(3)


def case(labels, scores):
    scores = scores.astype(np.float32)
    n, k = scores.shape
    print("case", n, k)
    for label, row in zip(labels, scores):
        print(label, *(f"{s:.9g}" for s in row))
    for name, score in (("auc", roc_auc_score), ("precision", average_precision_score)):
        each = [score(labels == c, scores[:, c]) for c in range(k)]
        print(name, *(f"{v:.15g}" for v in each + [np.mean(each)]))
    fpr, tpr, thresholds = roc_curve(labels == k - 1, scores[:, k - 1], drop_intermediate=False)
    for t, x, y in list(zip(thresholds, tpr, fpr))[1:]:  # the first one is infinity
        print(f"{t:.9g} {x:.15g} {y:.15g}")
    print("end")


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def samples(n, k, signal, digits):
    labels = rng.permutation(np.arange(n) % k)
    scores = rng.normal(size=(n, k))
    scores[np.arange(n), labels] += signal
    return labels, np.round(softmax(scores), digits)


case(*samples(40, 2, 1.0, 9))
case(*samples(40, 2, 1.0, 1))  # many ties
case(*samples(60, 4, 1.5, 2))
case(*samples(12, 3, 9.0, 9))  # nothing mistaken
case(np.array([0, 1, 0, 1]), np.full((4, 2), 0.5))  # says nothing
