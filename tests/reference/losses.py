"""Writes tests/loss/losses.txt: losses by PyTorch, and their gradients by its autograd. One line a case:
    <loss> <number> <n> <classes> <smoothing> <weighted> <mean> <each [n]> <gradient [n][classes]>
Scores, labels and weights are formulas that the test repeats. A line of focal at gamma 0 is CrossEntropyLoss, as those of
cross-entropy are; at others it is the formula of Lin et al. 2017, whose weights are the mean's, too, and of two classes
torchvision's sigmoid_focal_loss of the scores' difference.

    python tests/reference/losses.py > tests/loss/losses.txt      (torch, torchvision)
"""

import torch
from torch.nn.functional import cross_entropy, log_softmax, one_hot
from torchvision.ops import sigmoid_focal_loss


def focal(scores, label, gamma, weight, smoothing):
    classes = scores.shape[1]
    log_p = log_softmax(scores, 1)
    target = (1 - smoothing) * one_hot(label, classes).double() + smoothing / classes
    losses = -((1 - log_p.exp()) ** gamma) * log_p
    return (target * weight * losses).sum() / weight[label].sum(), (one_hot(label, classes) * losses).sum(1)


def case(name, gamma, n, classes, smoothing, weighted):
    scores = torch.tensor([[(i * 7 + c * 5) % 11 / 4 - 1 for c in range(classes)] for i in range(n)], dtype=torch.float64)
    scores.requires_grad_(True)
    label = torch.tensor([i * 3 % classes for i in range(n)])
    weight = torch.tensor([0.5 + 0.25 * c if weighted else 1 for c in range(classes)], dtype=torch.float64)
    if gamma == 0:
        mean = cross_entropy(scores, label, weight, label_smoothing=smoothing)
        each = cross_entropy(scores, label, reduction="none")
    elif classes == 2 and not weighted and smoothing == 0:
        each = sigmoid_focal_loss(scores[:, 1] - scores[:, 0], label.double(), alpha=-1, gamma=gamma)
        mean = each.mean()
    else:
        mean, each = focal(scores, label, gamma, weight, smoothing)
    mean.backward()
    print(name, gamma, n, classes, smoothing, int(weighted), f"{mean.item():.12g}", *[f"{v:.12g}" for v in each.tolist()],
          *[f"{v:.9g}" for v in scores.grad.flatten().tolist()])


for name, gamma in [("cross-entropy", 0), ("focal", 0), ("focal", 0.5), ("focal", 2), ("focal", 5)]:
    for n, classes in [(4, 2), (6, 5)]:
        for smoothing in [0.0, 0.25]:
            for weighted in [False, True]:
                case(name, gamma, n, classes, smoothing, weighted)
