"""Weights both ways between lince and PyTorch: every tensor bit for bit, and strict=True on either side.

    /path/to/python tests/reference/weights_exchange.py build/lince      (torch, safetensors; torchvision where installed)
"""
import collections
import pathlib
import subprocess
import sys
import tempfile

import safetensors
import safetensors.torch
import torch

lince = sys.argv[1]
folder = pathlib.Path(tempfile.mkdtemp(prefix="lince-exchange-"))
checks = 0


def convert(source, target):
    done = subprocess.run([lince, "convert", "--quiet", source, target], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def same(found, expected, what):
    """Names, order where `found` has one, types, shapes and bytes."""
    global checks
    assert set(found) == set(expected), f"{what}: {set(found) ^ set(expected)}"
    for name, tensor in expected.items():
        other = found[name]
        assert other.dtype == tensor.dtype and other.shape == tensor.shape, f"{what}: {name}: {other.dtype} {other.shape}"
        a, b = (x.detach().contiguous().reshape(-1).view(torch.uint8) for x in (other, tensor))
        assert torch.equal(a, b), f"{what}: {name}: other bytes"
    checks += 1


def save(tensors, path, form):
    if form == "safetensors":
        # the package refuses tensors that share memory
        safetensors.torch.save_file({n: t.detach().clone().contiguous() for n, t in tensors.items()}, path)
    else:
        torch.save(tensors, path, _use_new_zipfile_serialization=form == "zip")


def load(path):
    if path.suffix == ".safetensors":
        tensors = safetensors.torch.load_file(path)
        with safetensors.safe_open(path, "pt") as file:
            assert file.metadata()["format"] == "pt"
        return tensors
    return torch.load(path, weights_only=True)


base = torch.arange(60, dtype=torch.float32)
kinds = collections.OrderedDict(
    [(str(t).split(".")[1], (torch.randn(3, 5) * 50).to(t)) for t in
     (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool)]
    + [
        ("scalar", torch.tensor(7)),
        ("empty", torch.zeros(0, 4)),
        ("transposed", base.reshape(6, 10).t()),
        ("shared.a", base[:30]),
        ("shared.b", base[15:45]),
        ("every third", base[::3]),
        ("channels last", torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)),
        ("broadcast", torch.tensor([1.0, 2.0]).expand(3, 2)),
        ("not finite", torch.tensor([float("inf"), float("-inf"), float("nan"), -0.0])),
        ("half.transposed", torch.randn(4, 6).half().t()),
        ("parameter", torch.nn.Parameter(torch.randn(4))),
        ("niño", torch.ones(1)),
    ]
)

for form in ("zip", "legacy", "safetensors"):
    source = folder / f"kinds-{form}.{'safetensors' if form == 'safetensors' else 'pth'}"
    save(kinds, source, form)
    for ending in (".pth", ".safetensors"):
        target = convert(source, folder / f"kinds-{form}-to{ending}")
        same(load(target), kinds, target.name)
        again = convert(target, folder / f"kinds-{form}-back.pth")
        same(load(again), kinds, again.name)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU())
        self.fc = torch.nn.Linear(8, 10)


def models():
    yield "small", Net()
    try:
        import torchvision.models
    except ImportError:
        return
    for name in ("resnet18", "squeezenet1_1", "mobilenet_v2"):
        yield name, getattr(torchvision.models, name)()


for name, model in models():
    state = model.state_dict()
    wrapped = torch.nn.DataParallel(model).state_dict()
    files = {
        "plain": state,
        "checkpoint": {"epoch": 3, "state_dict": state, "optimizer": torch.optim.Adam(model.parameters()).state_dict()},
        "parallel": {"model": wrapped, "best": 0.5},
    }
    for kind, content in files.items():
        for form in ("zip", "legacy"):
            source = folder / f"{name}-{kind}-{form}.pth"
            torch.save(content, source, _use_new_zipfile_serialization=form == "zip")
            for ending in (".pth", ".safetensors"):
                target = convert(source, source.with_name(source.stem + "-to" + ending))
                tensors = load(target)
                same(tensors, state, target.name)
                model.load_state_dict(tensors, strict=True)


def trained():
    """What a training run leaves loads as torchvision's own, and gives the same answers."""
    import torchvision.models

    def run(*words):
        done = subprocess.run([lince, *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("synth", "images", folder / "data", "--n", 120)
    run("train", "--quiet", "--data", folder / "data", "--model", "resnet18", "--train-limit", 4, "--batch-size", 8,
        "--epochs", 1, "--out", folder / "run")
    for ending in (".safetensors", ".pth"):
        target = convert(folder / "run/weights/best.safetensors", folder / f"trained{ending}")
        model = torchvision.models.resnet18(num_classes=10)
        model.load_state_dict(load(target), strict=True)
        for picture in sorted((folder / "data/test").glob("*/*.png"))[:3]:
            answers = [run("predict", *source, picture) for source in (
                ("--run", folder / "run"),
                ("--weights", target),
            )]
            assert answers[0] == answers[1], answers


try:
    trained()
except ImportError:
    print("without torchvision: no training was exchanged")
print(f"{checks} files exchanged, every tensor bit for bit; {folder}")
