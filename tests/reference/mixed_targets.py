"""Writes tests/loss/mixed_targets.txt: PyTorch's cross entropy of mixed labels, and its gradient. One line a case:
    <n> <classes> <share of the own label> <smoothing> <weighted> <loss> <gradient [n][classes]>
of logits, labels, partners and weights by the formulas below, which the C test repeats.

    python tests/reference/mixed_targets.py > tests/loss/mixed_targets.txt      (torch)
"""
import torch

for n, classes in [(1, 2), (4, 3), (5, 7)]:
    for own in [0.75, 0.125, 0.5]:
        for smoothing in [0.0, 0.25]:
            for weighted in [0, 1]:
                i, c = torch.arange(n)[:, None], torch.arange(classes)[None]
                logits = (((i * 7 + c * 5) % 11).double() / 4 - 1).requires_grad_()
                label, partner = torch.arange(n) * 2 % classes, (torch.arange(n) * 3 + 1) % classes
                one_hot = torch.nn.functional.one_hot
                target = own * one_hot(label, classes).double() + (1 - own) * one_hot(partner, classes).double()
                weight = (0.5 + 0.25 * torch.arange(classes)).double() if weighted else None
                loss = torch.nn.functional.cross_entropy(logits, target, weight, label_smoothing=smoothing)
                loss.backward()
                print(n, classes, own, smoothing, weighted, f"{loss.item():.12g}", *[f"{v:.9g}" for v in logits.grad.flatten().tolist()])
