#!/usr/bin/env python3
"""Architectures of torchvision that lince does not know by name, exported by PyTorch and read by lince: the logits of an evaluation, to
1e-4 of a sample's largest, and the gradients of a training step, against PyTorch's in double precision, to 1e-3 of each parameter's
largest.

Where an activation bends, or a maximum is taken, last bits decide which way a gradient goes, in PyTorch's own single precision as well: for
the gradients those that bend are replaced by smooth ones (SiLU, average pools) in both; each operator's own gradient is tested elsewhere.

usage: import_models.py ONNX_STEP [NAME...]     (build/tests/onnx_step; python3 with torch, torchvision and onnx)
"""
import subprocess
import sys
import tempfile
import warnings

import numpy
import torch
import torchvision

warnings.filterwarnings("ignore")
onnx_step, *chosen = sys.argv[1:]
NAMES = """mobilenet_v3_small mobilenet_v3_large efficientnet_b1 efficientnet_v2_s regnet_x_400mf regnet_y_400mf regnet_x_800mf
shufflenet_v2_x0_5 shufflenet_v2_x1_0 googlenet mnasnet0_5 mnasnet1_0 regnet_y_1_6gf densenet169 densenet201 resnext50_32x4d resnext101_32x8d
wide_resnet50_2 squeezenet1_0 efficientnet_b2 regnet_y_800mf mnasnet1_3 shufflenet_v2_x1_5 convnext_tiny activations arithmetic""".split()
CLASSES, BATCH = 10, 4
failures = []


BENT = (torch.nn.ReLU, torch.nn.ReLU6, torch.nn.Hardswish)


def smooth(model):
    """Without bends and maxima; what is called as a function, too."""
    torch.nn.functional.relu = lambda x, inplace=False: torch.nn.functional.silu(x)
    model.bends = False
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, BENT):
                setattr(module, name, torch.nn.SiLU())
            if isinstance(child, torch.nn.Hardsigmoid):
                setattr(module, name, torch.nn.Sigmoid())
            if isinstance(child, torch.nn.MaxPool2d):
                stride = child.stride
                setattr(module, name, torch.nn.Identity() if stride == 1 else torch.nn.AvgPool2d(stride, stride))


relu = torch.nn.functional.relu


def activations():
    """What none of them has."""
    def block(inputs, outputs, activation):
        return torch.nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), torch.nn.BatchNorm2d(outputs), activation
    return torch.nn.Sequential(torch.nn.ZeroPad2d((0, 1, 0, 1)), *block(3, 16, torch.nn.GELU()), *block(16, 24, torch.nn.LeakyReLU(0.1)),
                               *block(24, 32, torch.nn.Tanh()), *block(32, 40, torch.nn.ELU()), torch.nn.ConstantPad2d((1, 2, 0, 1), 0),
                               *block(40, 32, torch.nn.PReLU(32)), torch.nn.AvgPool2d(3, 1, 1),
                               torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(32, CLASSES))


class Arithmetic(torch.nn.Module):
    """Of maps with each other and with constants; bounds on either side or both, as long as none bends."""
    def __init__(self):
        super().__init__()
        self.a, self.b = torch.nn.Conv2d(3, 18, 3, 2, 1), torch.nn.Conv2d(3, 18, 3, 2, 1)
        self.c, self.last = torch.nn.Conv2d(18, 18, 1), torch.nn.Linear(18, CLASSES)
        self.bends = True

    def forward(self, x):
        a, b = self.a(x), self.b(x)
        clamp = torch.clamp if self.bends else lambda x, min=-1, max=1: torch.tanh(x)
        quotient = a / (1.5 + torch.sigmoid(b))
        difference = 1 - clamp(torch.erf(self.c(quotient)) * clamp(a - b, -0.3, 0.7), max=0.1)
        last = clamp(2 / (2 + torch.tanh(difference)), min=0.8) + clamp(a, min=0.25) * b
        return self.last(last.mean((2, 3)))


def make(name, smoothed):
    torch.nn.functional.relu = relu
    torch.manual_seed(1)
    more = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    own = {"activations": activations, "arithmetic": Arithmetic}.get(name)
    model = own() if own else torchvision.models.get_model(name, weights=None, num_classes=CLASSES, **more)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
            torch.nn.init.uniform_(module.weight, 0.6, 1.0)
    if smoothed:
        smooth(model)
    return model


def export(model, x, path, train):
    mode = torch.onnx.TrainingMode.TRAINING if train else torch.onnx.TrainingMode.EVAL
    model.train(train)
    torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17, training=mode, do_constant_folding=not train,
                      input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


def run(path, size, x, dy, train):
    data = x.numpy().tobytes() + (dy.numpy().tobytes() if train else b"")
    done = subprocess.run([onnx_step, path, str(BATCH), str(CLASSES), str(size), "train" if train else "eval"], input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode().strip())
    out, at = done.stdout, 4 * BATCH * CLASSES
    logits, gradients = numpy.frombuffer(out[:at], numpy.float32).reshape(BATCH, CLASSES), {}
    while at < len(out):
        end = out.index(b"\n", at)
        name, count = out[at:end].decode().split()
        at = end + 1 + 4 * int(count)
        gradients[name.removesuffix(".weight") if name.endswith("layer_scale.weight") else name] = numpy.frombuffer(out[end + 1:at], numpy.float32)
    return logits, gradients


def step(name, x, dy, dtype):
    model = make(name, True).train().to(dtype)
    model(x.to(dtype)).backward(dy.to(dtype))
    return {k: p.grad.double().numpy().ravel() for k, p in model.named_parameters()}


def worst(gradients, wanted):
    """A bias before a batch norm has no gradient but rounding."""
    largest = max(abs(g).max() for g in wanted.values())
    return max(float(abs(gradients[k] - g).max() / max(abs(g).max(), 1e-4 * largest)) for k, g in wanted.items() if k in gradients)


def far(a, b):
    return float(abs(a - b).max() / max(abs(b).max(), 1e-20))


for name in NAMES:
    if chosen and name not in chosen:
        continue
    size = 128
    x, dy = torch.randn(BATCH, 3, size, size), torch.randn(BATCH, CLASSES)
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = make(name, False)
            export(model, x, f"{folder}/eval.onnx", False)
            y = model(x).detach().numpy()
            logits, _ = run(f"{folder}/eval.onnx", size, x, dy, False)
            evaluated = max(far(a, b) for a, b in zip(logits, y))

            # Before anything moves the statistics.
            model = make(name, True)
            export(model, x, f"{folder}/train.onnx", True)
            logits, gradients = run(f"{folder}/train.onnx", size, x, dy, True)
            wanted, theirs = step(name, x, dy, torch.float64), step(name, x, dy, torch.float32)
            missing = [k for k in wanted if k not in gradients]
            ours, single = worst(gradients, wanted), worst(theirs, wanted)
            good = evaluated <= 1e-4 and ours <= 1e-3 and not missing
            print("ok" if good else "WRONG", name,
                  f"logits {evaluated:.1e}, gradients of {len(wanted)} parameters {ours:.1e} (PyTorch's own {single:.1e})",
                  f"missing {missing[:3]}" if missing else "", flush=True)
    except Exception as error:
        good = False
        print("WRONG", name, str(error)[:300], flush=True)
    failures += [] if good else [name]
print(f"wrong: {len(failures)}")
sys.exit(bool(failures))
