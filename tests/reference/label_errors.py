"""Writes tests/metrics/label_errors.txt: labels and probabilities, and what cleanlab takes for wrong.

Run: python tests/reference/label_errors.py > tests/metrics/label_errors.txt    (pip install cleanlab)
A block: `case SAMPLES CLASSES`; a line a sample (label, then a probability a class); `issues COUNT` and the samples'
numbers, ranked by normalized margin; `end`.
"""
import warnings

import numpy as np
from cleanlab.filter import find_label_issues

warnings.simplefilter("ignore")
rng = np.random.default_rng(5)


def case(labels, scores):
    scores = scores.astype(np.float32)
    print("case", *scores.shape)
    for label, row in zip(labels, scores):
        print(label, *(f"{s:.9g}" for s in row))
    issues = find_label_issues(labels, scores.astype(np.float64), return_indices_ranked_by="normalized_margin", n_jobs=1)
    print("issues", len(issues))
    print(*issues)
    print("end")


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def samples(n, k, signal, flipped, uneven=False):
    truth = rng.permutation(np.arange(n) % k) if not uneven else np.minimum(rng.geometric(0.5, n) - 1, k - 1)
    scores = rng.normal(size=(n, k))
    scores[np.arange(n), truth] += signal
    labels = truth.copy()
    which = rng.permutation(n)[: int(flipped * n)]
    labels[which] = (labels[which] + rng.integers(1, k, len(which))) % k
    return labels, softmax(scores)


case(*samples(120, 3, 3.0, 0.1))
case(*samples(100, 2, 2.0, 0.2))
case(*samples(120, 6, 4.0, 0.05, uneven=True))  # few of the last classes
case(*samples(60, 5, 0.0, 0.5))  # the classifier knows nothing
case(*samples(40, 2, 12.0, 0.0))  # and nothing is wrong
