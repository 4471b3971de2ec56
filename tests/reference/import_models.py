#!/usr/bin/env python3
"""Architectures of torchvision that lince does not know by name, exported by PyTorch and read by lince: the logits of an evaluation, to
1e-4 of a sample's largest, and the gradients of a training step, against PyTorch's in double precision: to 1e-3 of each parameter's
largest, or, where batch norms over a few values let rounding grow, to three times what PyTorch's own of single precision are off.

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
shufflenet_v2_x0_5 shufflenet_v2_x1_0 googlenet mnasnet0_5 mnasnet1_0 densenet169 densenet201 resnext50_32x4d resnext101_32x8d
wide_resnet50_2 squeezenet1_0 efficientnet_b2 regnet_y_800mf mnasnet1_3 shufflenet_v2_x1_5""".split()
CLASSES, BATCH = 10, 4
failures = []


def make(name, size):
    torch.manual_seed(1)
    more = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    model = torchvision.models.get_model(name, weights=None, num_classes=CLASSES, **more)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
            torch.nn.init.uniform_(module.weight, 0.6, 1.0)
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
        gradients[name] = numpy.frombuffer(out[end + 1:at], numpy.float32)
    return logits, gradients


def step(name, size, x, dy, dtype):
    model = make(name, size).train().to(dtype)
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
    size = 64
    x, dy = torch.randn(BATCH, 3, size, size), torch.randn(BATCH, CLASSES)
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = make(name, size)
            export(model, x, f"{folder}/eval.onnx", False)
            y = model(x).detach().numpy()
            logits, _ = run(f"{folder}/eval.onnx", size, x, dy, False)
            evaluated = max(far(a, b) for a, b in zip(logits, y))

            # Before anything moves the statistics.
            model = make(name, size)
            export(model, x, f"{folder}/train.onnx", True)
            logits, gradients = run(f"{folder}/train.onnx", size, x, dy, True)
            wanted, theirs = step(name, size, x, dy, torch.float64), step(name, size, x, dy, torch.float32)
            missing = [k for k in wanted if k not in gradients]
            ours, single = worst(gradients, wanted), worst(theirs, wanted)
            good = evaluated <= 1e-4 and ours <= max(1e-3, 3 * single) and not missing
            print("ok" if good else "WRONG", name,
                  f"logits {evaluated:.1e}, gradients of {len(wanted)} parameters {ours:.1e} (PyTorch's own {single:.1e})",
                  f"missing {missing[:3]}" if missing else "", flush=True)
    except Exception as error:
        good = False
        print("WRONG", name, str(error)[:300], flush=True)
    failures += [] if good else [name]
print(f"wrong: {len(failures)}")
sys.exit(bool(failures))
