"""Writes tests/metrics/temperature.txt: scores and labels, and the temperature that scipy finds for them.

Run: python tests/reference/temperature.py > tests/metrics/temperature.txt
A block: `case` (of one label) or `several`, SAMPLES CLASSES; a line a sample (label, or 0 or 1 a class; then a score a
class); `temperature T`; `before` and `after`: the mean cross-entropy (scikit-learn's log_loss; of several labels the
classes' mean of it) and the Brier score (of one label the sum over the classes, of several their mean).
"""
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, log_softmax
from sklearn.metrics import brier_score_loss, log_loss

rng = np.random.default_rng(13)


def nll(scores, labels, t):
    return -log_softmax(scores / t, axis=1)[np.arange(len(labels)), labels].mean()


def measures(scores, labels, t):
    p = np.exp(log_softmax(scores / t, axis=1))
    brier = ((p - np.eye(scores.shape[1])[labels]) ** 2).sum(1).mean()
    assert abs(log_loss(labels, p, labels=range(scores.shape[1])) - nll(scores, labels, t)) < 1e-9
    return nll(scores, labels, t), brier


def binary(scores, there, t):
    return -np.where(there, log_expit(scores / t), log_expit(-scores / t)).mean()


def binary_measures(scores, there, t):
    p, classes = expit(scores / t), range(scores.shape[1])
    loss = np.mean([log_loss(there[:, c], p[:, c], labels=[0, 1]) for c in classes])
    assert abs(loss - binary(scores, there, t)) < 1e-9
    return binary(scores, there, t), np.mean([brier_score_loss(there[:, c], p[:, c], pos_label=1) for c in classes])


def least(loss):
    return minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-13}).x


for n, k, sharpness in ((60, 2, 6.0), (80, 5, 3.0), (80, 10, 0.4)):
    labels = rng.integers(0, k, n)
    scores = rng.normal(size=(n, k))
    scores[np.arange(n), labels] += 1.5
    scores = (scores * sharpness).astype(np.float32).astype(float)
    t = least(lambda t: nll(scores, labels, t))
    print("case", n, k)
    for label, row in zip(labels, scores):
        print(label, *(f"{s:.9g}" for s in row))
    print(f"temperature {t:.12g}")
    for name, at in (("before", 1.0), ("after", t)):
        print(name, *(f"{v:.12g}" for v in measures(scores, labels, at)))
for n, k, sharpness in ((50, 1, 4.0), (80, 4, 3.0), (60, 9, 0.3)):
    there = rng.random((n, k)) < 0.3
    scores = ((rng.normal(size=(n, k)) + np.where(there, 1, -1)) * sharpness).astype(np.float32).astype(float)
    t = least(lambda t: binary(scores, there, t))
    print("several", n, k)
    for marks, row in zip(there, scores):
        print(*marks.astype(int), *(f"{s:.9g}" for s in row))
    print(f"temperature {t:.12g}")
    for name, at in (("before", 1.0), ("after", t)):
        print(name, *(f"{v:.12g}" for v in binary_measures(scores, there, at)))
print("end")
