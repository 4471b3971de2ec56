"""Writes tests/optim/optim.txt: what PyTorch's optimizers make of four weights in ten steps, and the learning rates of
its schedules; and Muon in single precision on matrices, which torch.optim.Muon, in half, is near.

    optimizer NAME lr momentum nesterov weight_decay         then the four weights after each of ten steps
    muon rows columns lr momentum weight_decay               then the weights, row by row, after each of six steps
    lookahead k alpha                                        then the fast and the slow weights after each of ten steps
    swa                                                      then what AveragedModel and update_bn make of three moments:
                                                             filters, norm's weight and bias, running mean and variance
    schedule NAME gamma step_size min_lr epochs steps        then the rate of each step (lr = 0.1)
    plateau gamma min_lr                                     then for each epoch: loss, and the rate after it

    python tests/reference/optim.py > tests/optim/optim.txt      (torch)
"""
import math
import warnings

import torch

warnings.filterwarnings("ignore")
STEPS = 10


def gradient(weights, step):
    """Of changing size and sign; the C test repeats it."""
    return torch.tensor([(i + 1) * 0.25 * (-1) ** (step + i) + 0.125 * step for i in range(len(weights))]) * 0.5 ** (step % 3)


def optimizer(name, lr, momentum, nesterov, decay):
    w = torch.nn.Parameter(torch.tensor([0.5, -1.0, 2.0, 0.03125]))
    made = {
        "sgd": lambda: torch.optim.SGD([w], lr, momentum=momentum, nesterov=nesterov, weight_decay=decay),
        "adam": lambda: torch.optim.Adam([w], lr, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW([w], lr, weight_decay=decay),
        "rmsprop": lambda: torch.optim.RMSprop([w], lr, momentum=momentum, weight_decay=decay),
    }[name]()
    print("optimizer", name, lr, momentum, int(nesterov), decay)
    for step in range(STEPS):
        w.grad = gradient(w, step)
        made.step()
        print(*(f"{v:.9g}" for v in w.tolist()))


def orthogonal(d):
    """Five iterations of Newton and Schulz with the published coefficients, as torch.optim.Muon, in single precision."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = d.T if d.size(0) > d.size(1) else d
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if d.size(0) > d.size(1) else x


def muon(rows, columns, lr, momentum, decay):
    """The C test repeats weights and gradients, which are exact in single precision."""
    i, j = torch.arange(rows)[:, None], torch.arange(columns)[None, :]
    w = ((i * 5 + j * 3) % 7 - 3) * 0.25
    half = torch.nn.Parameter(w.clone())
    published = torch.optim.Muon([half], lr=lr, momentum=momentum, weight_decay=decay)
    buffer = torch.zeros_like(w)
    print("muon", rows, columns, lr, momentum, decay)
    for step in range(6):
        g = ((i * 7 + j * 13 + i * j + step * 5) % 11 - 5) * 0.125
        buffer = momentum * buffer + (1 - momentum) * g
        update = orthogonal(momentum * buffer + (1 - momentum) * g)
        w = (1 - lr * decay) * w - lr * math.sqrt(max(1, rows / columns)) * update
        half.grad = g.clone()
        published.step()
        print(*(f"{v:.9g}" for v in w.flatten().tolist()))
    difference = (half.detach() - w).norm() / (lr * 6 * update.norm())
    assert difference < 0.02, difference  # of the way that the weights have gone


def lookahead(k, alpha):
    """Zhang et al. 2019, algorithm 1, over SGD with momentum, whose state goes on."""
    fast = torch.nn.Parameter(torch.tensor([0.5, -1.0, 2.0, 0.03125]))
    slow = fast.detach().clone()
    inner = torch.optim.SGD([fast], 0.05, momentum=0.9)
    print("lookahead", k, alpha)
    for step in range(STEPS):
        fast.grad = gradient(fast, step)
        inner.step()
        if (step + 1) % k == 0:
            slow += alpha * (fast.detach() - slow)
            fast.data.copy_(slow)
        print(*(f"{v:.9g}" for v in fast.tolist() + slow.tolist()))


def swa():
    """The C test repeats weights and inputs, which are exact in single precision."""
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1, bias=False), torch.nn.BatchNorm2d(2))
    averaged = torch.optim.swa_utils.AveragedModel(model)
    for moment in range(3):
        for i, p in enumerate(model.parameters()):
            p.data.copy_((torch.tensor([0.5, -1.0]) * (i + 1) + 0.25 * moment * (i + 1) ** 2).reshape(p.shape))
        averaged.update_parameters(model)
    batches = [((torch.arange(8) * 5 + b * 17) % 13 - 6).reshape(2, 1, 2, 2) * 0.25 for b in range(3)]
    torch.optim.swa_utils.update_bn(batches, averaged)
    bn = averaged.module[1]
    print("swa")
    for values in (averaged.module[0].weight, bn.weight, bn.bias, bn.running_mean, bn.running_var, bn.num_batches_tracked):
        print(*(f"{v:.9g}" for v in values.flatten().tolist()))


def schedule(name, gamma, step_size, min_lr, epochs, steps):
    made = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    total = epochs * steps
    rates = torch.optim.lr_scheduler
    per_step, made_rates = {
        "constant": lambda: (True, rates.LambdaLR(made, lambda t: 1)),
        "step": lambda: (False, rates.StepLR(made, step_size, gamma)),
        "cosine": lambda: (True, rates.CosineAnnealingLR(made, total, min_lr)),
        "linear": lambda: (True, rates.LinearLR(made, 1, min_lr / 0.1, total)),
        "onecycle": lambda: (True, rates.OneCycleLR(made, 0.1, total, cycle_momentum=False)),
    }[name]()
    print("schedule", name, gamma, step_size, min_lr, epochs, steps)
    for t in range(total):
        print(f"{made.param_groups[0]['lr']:.17g}")
        made.step()
        if t + 1 < total and (per_step or (t + 1) % steps == 0):
            made_rates.step()


def plateau(gamma, min_lr):
    made = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    rates = torch.optim.lr_scheduler.ReduceLROnPlateau(made, factor=gamma, patience=3, min_lr=min_lr)
    print("plateau", gamma, min_lr)
    losses = [1, 0.9, 0.95, 0.8999999, 0.91, 0.92, 0.93, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4, 0.6, 0.6, 0.6]
    for loss in losses:
        rates.step(loss)
        print(loss, f"{made.param_groups[0]['lr']:.17g}")


for case in [("sgd", 0.1, 0.0, False, 0.0), ("sgd", 0.1, 0.0, False, 0.01), ("sgd", 0.05, 0.9, False, 0.01),
             ("sgd", 0.05, 0.9, True, 0.01), ("adam", 0.01, 0.0, False, 0.0), ("adam", 0.01, 0.0, False, 0.1),
             ("adamw", 0.01, 0.0, False, 0.1), ("rmsprop", 0.01, 0.0, False, 0.0), ("rmsprop", 0.01, 0.9, False, 0.1)]:
    optimizer(*case)
for case in [(4, 6, 0.02, 0.95, 0.0), (6, 4, 0.02, 0.95, 0.1), (5, 5, 0.1, 0.0, 0.0), (16, 27, 0.02, 0.9, 0.01)]:
    muon(*case)
lookahead(3, 0.5)
lookahead(4, 0.8)
swa()
for case in [("constant", 0.1, 1, 0, 2, 3), ("step", 0.75, 2, 0, 7, 3), ("cosine", 0.1, 1, 0, 4, 5),
             ("cosine", 0.1, 1, 0.01, 3, 7), ("linear", 0.1, 1, 0, 3, 4), ("linear", 0.1, 1, 0.02, 2, 5), ("onecycle", 0.1, 1, 0, 4, 10), ("onecycle", 0.1, 1, 0, 3, 7)]:
    schedule(*case)
plateau(0.1, 0)
plateau(0.5, 0.03)
