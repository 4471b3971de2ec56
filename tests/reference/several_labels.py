"""Writes tests/loss/several.txt: losses of samples with several labels by PyTorch and torchvision, and their gradients by
autograd. One line a case:
    <loss> <number> <n> <classes> <smoothing> <weighted> <mean> <each [n]> <gradient [n][classes]>
Scores, what is asked and weights (of classes, and of what is there) are formulas that the test repeats. binary-cross-entropy
is BCEWithLogitsLoss, sigmoid-focal torchvision's sigmoid_focal_loss, times the weights; the losses of a softmax are PyTorch's
of targets that are probabilities, and of focal its formula. A smoothed target of the first two is (1 - e) y + e / 2.

    python tests/reference/several_labels.py > tests/loss/several.txt      (torch, torchvision)
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax
from torchvision.ops import sigmoid_focal_loss


def sigmoid(name, gamma, scores, asked, weight, positive):
    if name == "binary-cross-entropy":
        return binary_cross_entropy_with_logits(scores, asked, weight, pos_weight=positive, reduction="none")
    there = sigmoid_focal_loss(scores, torch.ones_like(scores), alpha=-1, gamma=gamma)
    absent = sigmoid_focal_loss(scores, torch.zeros_like(scores), alpha=-1, gamma=gamma)
    return weight * (positive * asked * there + (1 - asked) * absent)


def softmax(gamma, scores, asked, smoothing, weight):
    log_p, sums = log_softmax(scores, 1), asked.sum(1, keepdim=True)
    shares = torch.where(sums > 0, (1 - smoothing) * asked / sums.clamp(min=1e-9) + smoothing / asked.shape[1], 0)
    return (weight * shares * (-((1 - log_p.exp()) ** gamma) * log_p)).sum(1)


def case(name, gamma, n, classes, smoothing, weighted):
    scores = torch.tensor([[(i * 7 + c * 5) % 11 / 4 - 1 for c in range(classes)] for i in range(n)], dtype=torch.float64)
    scores.requires_grad_(True)
    asked = torch.tensor([[[0, 1, 0.25][(i * i + 2 * c) % 3] if i else 0 for c in range(classes)] for i in range(n)],
                         dtype=torch.float64)
    weight = torch.tensor([0.5 + 0.25 * c if weighted else 1 for c in range(classes)], dtype=torch.float64)
    positive = torch.tensor([3 - 0.5 * c if weighted else 1 for c in range(classes)], dtype=torch.float64)
    one = torch.ones_like(weight)
    if name in ("cross-entropy", "focal"):
        mean, each = softmax(gamma, scores, asked, smoothing, weight).mean(), softmax(gamma, scores, asked, 0, one)
    else:
        smoothed = (1 - smoothing) * asked + smoothing / 2
        mean = sigmoid(name, gamma, scores, smoothed, weight, positive).mean()
        each = sigmoid(name, gamma, scores, asked, one, one).mean(1)
    mean.backward()
    print(name, gamma, n, classes, smoothing, int(weighted), f"{mean.item():.12g}", *[f"{v:.12g}" for v in each.tolist()],
          *[f"{v:.9g}" for v in scores.grad.flatten().tolist()])


for name, gamma in [("cross-entropy", 0), ("focal", 2), ("binary-cross-entropy", 0), ("sigmoid-focal", 0), ("sigmoid-focal", 2),
                    ("sigmoid-focal", 0.5)]:
    for n, classes in [(4, 2), (6, 5)]:
        for smoothing in [0.0, 0.25]:
            for weighted in [False, True]:
                case(name, gamma, n, classes, smoothing, weighted)
