"""Writes tests/models/steps.txt: a training step and an evaluation of each architecture as PyTorch computes them, in
double precision and without dropout.

Weights and pictures come from a formula that the C test repeats (see fill), so that only results are kept:
    model batch size momentum loss, the training step's logits, the logits of an evaluation after it (running statistics moved,
    by each norm's own momentum where `momentum` is 0)
    number of parameters that follow, then for each: name |grad|_2 <grad, fill(number)>; 0 0 of what is not trained

    python tests/reference/model_steps.py [MODEL...] > tests/models/steps.txt      (torch, torchvision, numpy)
"""
import sys
import numpy as np, torch, torchvision
from torch import nn


class OptionA(nn.Module):
    """Shortcut of the CIFAR ResNets: every second pixel, zeros before and behind the channels."""

    def __init__(self, planes):
        super().__init__()
        self.planes = planes

    def forward(self, x):
        pad = (self.planes - x.shape[1]) // 2
        return nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, pad, pad))


class Block(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = OptionA(planes) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + self.shortcut(x))


class CifarResNet(nn.Module):
    def __init__(self, depth, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        inputs = 16
        for part in range(3):
            blocks = []
            for i in range((depth - 2) // 6):
                blocks.append(Block(inputs, 16 << part, 2 if part and not i else 1))
                inputs = 16 << part
            setattr(self, f"layer{part + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class Group(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels, momentum=0.4)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels, momentum=0.4)
        self.norm1.weight.requires_grad = self.norm2.weight.requires_grad = False

    def forward(self, x):
        gelu = nn.functional.gelu
        x = gelu(self.norm1(nn.functional.max_pool2d(self.conv1(x), 2)))
        return gelu(self.norm2(self.conv2(x)))


class SpeedNet8(nn.Module):
    """src/models/speednet.c"""

    def __init__(self, classes):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2)
        self.whiten.weight.requires_grad = False
        self.groups = nn.Sequential(Group(24, 64), Group(64, 256), Group(256, 256))
        self.head = nn.Linear(256, classes, bias=False)

    def forward(self, x):
        x = self.groups(nn.functional.gelu(self.whiten(x)))
        return self.head(nn.functional.max_pool2d(x, 3).flatten(1)) / 9


def architecture(name, size, classes=10):
    """The model, its hidden classifier layers (if it has any) narrowed to one of 24 units, without dropout."""
    if name in ("resnet20", "resnet32", "resnet44", "resnet56", "resnet110"):
        return CifarResNet(int(name[6:]), classes)
    if name == "speednet8":
        return SpeedNet8(classes)
    more = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    if name.startswith("vit_"):
        more["image_size"] = size
    model = getattr(torchvision.models, name)(num_classes=classes, **more)
    if name.startswith("vgg"):
        model.classifier = nn.Sequential(nn.Linear(512 * 49, 24), nn.ReLU(), nn.Dropout(), nn.Linear(24, classes))
    if name == "alexnet":
        model.classifier = nn.Sequential(nn.Dropout(), nn.Linear(256 * 36, 24), nn.ReLU(), nn.Linear(24, classes))
    if name.startswith("mobilenet_v3"):
        model.classifier = nn.Sequential(nn.Linear(model.classifier[0].in_features, 24), nn.Hardswish(), nn.Dropout(), nn.Linear(24, classes))
    for module in model.modules():
        if isinstance(module, (nn.Dropout, torchvision.ops.StochasticDepth)):
            module.p = 0.0
    return model


def fill(count, number, scale):
    i = np.arange(count, dtype=np.uint64)
    h = (i * np.uint64(2654435761) + np.uint64(number * 40503 + 12345)) & np.uint64(0xFFFFFFFF)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(13))
    return torch.from_numpy(((h.astype(np.float64) / 2**32 - 0.5) * 2 * scale).astype(np.float32)).double()


def fill_parameters(model):
    with torch.no_grad():
        for number, (name, p) in enumerate(model.named_parameters(), 1):
            scale = (6.0 / (p.numel() // p.shape[0])) ** 0.5 if p.dim() > 1 else 0.1
            p.copy_(fill(p.numel(), number, scale).reshape(p.shape))
            if p.dim() == 1 and name.endswith("weight"):  # of a batch normalisation
                p.add_(0.25 if name.endswith("bn3.weight") else 1.0)  # deep sums of branches stay well conditioned


def numbers(values):
    return " ".join(f"{v:.8g}" for v in values)


def step(name, batch, size, gradients, momentum=0):
    torch.manual_seed(0)
    model = architecture(name, size).double()
    fill_parameters(model)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d) and momentum:
            module.momentum = float(momentum)
    x = fill(batch * 3 * size * size, 0, 1.0).reshape(batch, 3, size, size)
    y = torch.arange(batch) * 3 % 10
    logits = model.train()(x)
    loss = nn.functional.cross_entropy(logits, y, label_smoothing=0.1)
    if gradients:
        loss.backward()
    print(name, batch, size, momentum, f"{loss.item():.8g}")
    print(numbers(logits.flatten().tolist()))
    print(numbers(model.eval()(x).flatten().tolist()))
    params = list(enumerate(model.named_parameters(), 1))
    print(len(params) if gradients else 0)
    for number, (key, p) in params if gradients else []:
        g = p.grad.flatten() if p.requires_grad else torch.zeros(p.numel(), dtype=p.dtype)
        print(key, numbers([g.norm().item(), (g @ fill(g.numel(), number, 1.0)).item()]))


# With statistics that have hardly moved what is not normalised grows from block to block, and rounding with it, in PyTorch's
# single precision as well: deep ones with gates take the batch's own.
STEPS = [  # model, batch, size, with gradients, momentum
    ("resnet18", 4, 64, True),
    ("resnet34", 4, 64, False),
    ("resnet50", 4, 64, False),
    ("resnet101", 4, 64, False),
    ("resnet152", 4, 64, False),
    ("squeezenet1_1", 4, 65, True),
    ("alexnet", 4, 96, True),
    ("vgg11", 2, 32, False),
    ("vgg16", 2, 32, False),
    ("vgg13_bn", 2, 32, False),
    ("vgg19_bn", 2, 32, False),
    ("resnet20", 4, 16, True),
    ("resnet32", 4, 16, False),
    ("resnet44", 4, 16, False),
    ("resnet56", 4, 16, False),
    ("resnet110", 4, 16, False),
    ("mobilenet_v2", 4, 64, True),
    ("densenet121", 4, 64, True),
    ("efficientnet_b0", 4, 64, True),
    ("vit_b_16", 2, 48, True),
    ("swin_t", 2, 64, True),
    ("speednet8", 4, 32, True),
    ("mobilenet_v3_small", 4, 64, True),
    ("mobilenet_v3_large", 4, 64, False),
    ("efficientnet_b1", 4, 64, False),
    ("efficientnet_b2", 4, 64, False),
    ("efficientnet_b3", 4, 64, False),
    ("efficientnet_b4", 4, 64, False),
    ("efficientnet_v2_s", 4, 64, True, 1),
    ("resnext50_32x4d", 4, 64, True),
    ("wide_resnet50_2", 4, 64, False),
    ("regnet_y_400mf", 4, 64, True),
    ("regnet_y_800mf", 4, 64, False),
    ("densenet169", 4, 64, False),
    ("densenet201", 4, 64, False),
    ("mnasnet1_0", 4, 64, True),
    ("shufflenet_v2_x1_0", 4, 64, True),
    ("convnext_tiny", 4, 64, True),
    ("googlenet", 4, 64, True),
    ("inception_v3", 4, 139, False),
]

if __name__ == "__main__":
    for wanted in STEPS:
        if not sys.argv[1:] or wanted[0] in sys.argv[1:]:
            step(*wanted)
