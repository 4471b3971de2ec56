"""From the command to the first prediction: a picture through torchvision's vgg16 with weights from a file.

    first_prediction.py WEIGHTS.pth PICTURE [--way mapped|read]
    first_prediction.py --make WEIGHTS.pth             random weights to measure with

mapped: nothing is initialised and the file is mapped, the fastest way that PyTorch has; read: as most programs do it.
"""
import argparse

import torch
import torchvision


def make(path):
    torch.manual_seed(1)
    torch.save(torchvision.models.vgg16().state_dict(), path)


def load(path, way):
    if way == "read":
        model = torchvision.models.vgg16()
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    with torch.device("meta"):
        model = torchvision.models.vgg16()
    model.load_state_dict(torch.load(path, weights_only=True, mmap=True), assign=True)
    return model.eval()


def read_picture(path):
    from PIL import Image
    from torchvision.transforms.v2 import functional as F

    x = F.pil_to_tensor(Image.open(path).convert("RGB"))
    x = F.resize(x, [224, 224], antialias=True).float() / 255
    return F.normalize(x, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])[None]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("files", nargs="+")
    p.add_argument("--way", default="mapped", choices=["mapped", "read"])
    p.add_argument("--make", action="store_true")
    args = p.parse_args()
    if args.make:
        return make(args.files[0])
    model = load(args.files[0], args.way)
    with torch.inference_mode():
        probability = model(read_picture(args.files[1])).softmax(1)[0]
    print(f"{int(probability.argmax())} {float(probability.max()):.4f}")


main()
