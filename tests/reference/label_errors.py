"""Writes tests/metrics/label_errors.txt: labels and probabilities, and what cleanlab takes for wrong.

Run: python tests/reference/label_errors.py > tests/metrics/label_errors.txt    (pip install cleanlab)
A block: `case SAMPLES CLASSES`; a line a sample (label, then a probability a class); `issues COUNT` and the samples'
numbers, ranked by normalized margin; `end`. Or, of several labels, `several SAMPLES CLASSES`; a line a sample (0 or 1 a
class, then a probability a class); `issues COUNT` and the samples' numbers of each class; `end`.
"""
import warnings

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class

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


def several(there, scores):
    scores = scores.astype(np.float32)
    print("several", *scores.shape)
    for marks, row in zip(there, scores):
        print(*marks.astype(int), *(f"{s:.9g}" for s in row))
    issues, _, _ = find_multilabel_issues_per_class([np.flatnonzero(t).tolist() for t in there], scores.astype(np.float64),
                                                    return_indices_ranked_by="normalized_margin", n_jobs=1)
    for of_class in issues:
        print("issues", len(of_class))
        print(*of_class)
    print("end")


def marked(n, k, signal, flipped, often):
    truth = rng.random((n, k)) < often
    truth[0] = True  # cleanlab counts the classes by what is there
    scores = 1 / (1 + np.exp(-rng.normal(size=(n, k)) - np.where(truth, signal, -signal)))
    return truth ^ (rng.random((n, k)) < flipped), scores


several(*marked(100, 3, 2.0, 0.08, 0.4))
several(*marked(120, 4, 3.0, 0.04, [0.5, 0.2, 0.1, 0.05]))
several(*marked(60, 2, 0.0, 0.0, 0.5))
