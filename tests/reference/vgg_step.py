"""Writes tests/net/vgg_step.txt: one training step of small-headed VGGs as PyTorch computes it.

Weights and pictures come from a formula that the C test repeats (see fill), so that only results are kept:
    model loss logits...            then for each parameter: name sum |grad|_2 grad[first] grad[last]

    python tests/reference/vgg_step.py > tests/net/vgg_step.txt      (torch, torchvision, numpy)
"""
import numpy as np, torch, torchvision


def fill(count, number, scale):
    i = np.arange(count, dtype=np.uint64)
    h = (i * np.uint64(2654435761) + np.uint64(number * 40503 + 12345)) & np.uint64(0xFFFFFFFF)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(13))
    return torch.from_numpy(((h.astype(np.float64) / 2**32 - 0.5) * 2 * scale).astype(np.float32))


def step(name, batch, size):
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(num_classes=10)
    model.classifier = torch.nn.Sequential(torch.nn.Linear(25088, 24), torch.nn.ReLU(), torch.nn.Dropout(0.0), torch.nn.Linear(24, 10))
    model.double().train()
    with torch.no_grad():
        for number, p in enumerate(model.parameters()):
            scale = (6.0 / (p.numel() // p.shape[0])) ** 0.5 if p.dim() > 1 else 0.1
            p.copy_(fill(p.numel(), number + 1, scale).reshape(p.shape).double())
            if p.dim() == 1 and "_bn" in name and number % 4 == 2 and number < 30:
                p.add_(1.0)
    x = fill(batch * 3 * size * size, 0, 1.0).reshape(batch, 3, size, size).double()
    y = torch.arange(batch) * 3 % 10
    logits = model(x)
    loss = torch.nn.functional.cross_entropy(logits, y, label_smoothing=0.1)
    loss.backward()
    print(name, batch, size, f"{loss.item():.9g}", *(f"{v:.9g}" for v in logits.flatten().tolist()))
    params = list(model.named_parameters())
    print(len(params))
    for key, p in params:
        g = p.grad.flatten()
        print(key, f"{g.sum().item():.9g} {g.norm().item():.9g} {g[0].item():.9g} {g[-1].item():.9g}")


step("vgg11", 3, 32)
step("vgg11_bn", 3, 40)
