"""Compares lince with torchvision where both are installed: full-size weights that torchvision makes with a seed, saved
as safetensors, and the logits of a random picture; and, with --squeezenet FILE, those of real ImageNet weights.

    cmake --build build --target logits
    python tests/reference/compare_models.py build/tests/logits [--size 224] [--squeezenet FILE] [MODEL...]
"""
import argparse, pathlib, subprocess, sys, tempfile
import numpy as np, torch, torchvision
from safetensors.torch import load_file, save_file
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from model_steps import CifarResNet

CIFAR = [f"resnet{depth}" for depth in (20, 32, 44, 56, 110)]
MODELS = CIFAR + [
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "alexnet", "squeezenet1_1",
    "mobilenet_v2", "densenet121", "efficientnet_b0",
    "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4",
    "efficientnet_v2_s", "resnext50_32x4d", "wide_resnet50_2", "regnet_y_400mf", "regnet_y_800mf", "densenet169", "densenet201",
    "mnasnet1_0", "shufflenet_v2_x1_0", "convnext_tiny", "googlenet", "inception_v3",
    "vit_b_16", "swin_t",
    "vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn",
]

SMALL = {"inception_v3": 299, "googlenet": 224}  # helpers of theirs that train along need some pixels


def logits_of(tool, name, weights, x, classes):
    out = subprocess.run([tool, name, weights, str(classes), str(x.shape[-1])], input=x.numpy().tobytes(),
                         stdout=subprocess.PIPE, check=True)
    return torch.from_numpy(np.frombuffer(out.stdout, np.float32).copy())


def picture(size):
    """Smooth random colours, normalised as ImageNet's pictures are."""
    x = torch.nn.functional.interpolate(torch.randn(1, 3, 9, 9), size=(size, size), mode="bicubic")
    return x.contiguous()


def report(name, found, expected):
    error = ((found - expected).abs().max() / expected.abs().max()).item()
    print(f"{name:20} largest logit {expected.abs().max().item():9.4g}   off by {error:.2e} of it",
          "" if error <= 1e-4 else "  TOO MUCH", flush=True)
    return error <= 1e-4


def compare(tool, name, size, folder):
    torch.manual_seed(1)
    more = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    model = CifarResNet(int(name[6:]), 10) if name in CIFAR else getattr(torchvision.models, name)(weights=None, **more)
    size = 32 if name in CIFAR else size
    with torch.no_grad():
        if name.startswith("vit_"):  # its output layer begins with zeros
            torch.nn.init.normal_(model.heads.head.weight, std=0.05)
        model.train()
        for _ in range(0 if name in ("vit_b_16", "swin_t") else 3):  # running statistics that are some batch's
            model(torch.cat([picture(SMALL.get(name, min(size, 96))) for _ in range(4)]))
        x = picture(size)
        expected = model.double().eval()(x.double())[0].float()
    path = f"{folder}/{name}.safetensors"
    save_file({key: value.float() if value.is_floating_point() else value
               for key, value in model.state_dict().items()}, path)
    good = report(name, logits_of(tool, name, path, x, len(expected)), expected)
    pathlib.Path(path).unlink()
    return good


def compare_squeezenet(tool, path, size):
    torch.manual_seed(2)
    model = torchvision.models.squeezenet1_1()
    model.load_state_dict(load_file(path), strict=True)
    x = picture(size)
    with torch.no_grad():
        expected = model.double().eval()(x.double())[0].float()
    return report("squeezenet1_1, real", logits_of(tool, "squeezenet1_1", path, x, 1000), expected)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--squeezenet")
    options = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as folder:
        good = [compare(options.tool, name, options.size, folder) for name in options.models or MODELS]
    if options.squeezenet:
        good.append(compare_squeezenet(options.tool, options.squeezenet, options.size))
    sys.exit(0 if all(good) else 1)
