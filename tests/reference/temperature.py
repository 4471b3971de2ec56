"""Writes tests/metrics/temperature.txt: scores and labels, and the temperature that scipy finds for them.

Run: python tests/reference/temperature.py > tests/metrics/temperature.txt
A block: `case SAMPLES CLASSES`; a line a sample (label, then a score a class); `temperature T`; `before` and `after`: the
mean cross-entropy (scikit-learn's log_loss) and the Brier score over all classes.
"""
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import log_loss

rng = np.random.default_rng(13)


def nll(scores, labels, t):
    return -log_softmax(scores / t, axis=1)[np.arange(len(labels)), labels].mean()


def measures(scores, labels, t):
    p = np.exp(log_softmax(scores / t, axis=1))
    brier = ((p - np.eye(scores.shape[1])[labels]) ** 2).sum(1).mean()
    assert abs(log_loss(labels, p, labels=range(scores.shape[1])) - nll(scores, labels, t)) < 1e-9
    return nll(scores, labels, t), brier


for n, k, sharpness in ((60, 2, 6.0), (80, 5, 3.0), (80, 10, 0.4)):
    labels = rng.integers(0, k, n)
    scores = rng.normal(size=(n, k))
    scores[np.arange(n), labels] += 1.5
    scores = (scores * sharpness).astype(np.float32).astype(float)
    t = minimize_scalar(lambda t: nll(scores, labels, t), bounds=(0.05, 20), method="bounded",
                        options={"xatol": 1e-13}).x
    print("case", n, k)
    for label, row in zip(labels, scores):
        print(label, *(f"{s:.9g}" for s in row))
    print(f"temperature {t:.12g}")
    for name, at in (("before", 1.0), ("after", t)):
        print(name, *(f"{v:.12g}" for v in measures(scores, labels, at)))
print("end")
