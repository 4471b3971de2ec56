"""Writes tests/picture/transforms.txt: what torchvision makes of pictures, with the parameters given, not drawn.

The pictures come from a formula that the C test repeats (see picture), so that only parameters and a hash of the
result (FNV-1a, 64 bits, over the bytes in memory) are kept. One line a case:
    fit <source w h> <network w h> <hash of the uint8 [h][w][3]>
    prepare <crop|squash|pad> <bilinear|bicubic> <resize, 0: the fewest> <source w h> <network w h> <hash, as fit>
    apply <w h> <crop padding> <left top of the crop> <flip> <move x y> <jitter> <order> <factors> <erase x y w h> <hash>
where the hash of apply is of the float32 [3][h][w] after Normalize with ImageNet's mean and deviation.

    python tests/reference/transforms.py > tests/picture/transforms.txt      (torch, torchvision, pillow < 13, numpy)

Pillow up to 12 always resizes across, then down, and so does lince. Pillow 13 resizes some tall pictures down first: of
the cases below `fit 37 100 32 32` and `fit 31 90 20 41` then differ, by 1 in about a quarter of the bytes.
"""
import itertools

import numpy as np
import PIL
from PIL import Image, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

assert int(PIL.__version__.split(".")[0]) < 13, PIL.__version__
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def picture(w, h):
    """Smooth ramps with noise on them: every weight of the resize shows, and few results saturate."""
    y, x, c = np.meshgrid(np.arange(h, dtype=np.uint64), np.arange(w, dtype=np.uint64), np.arange(3, dtype=np.uint64), indexing="ij")
    i = (y * np.uint64(w) + x) * np.uint64(3) + c
    v = (i * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    v = ((v ^ (v >> np.uint64(15))) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    noise = (v >> np.uint64(13)) % np.uint64(128)
    ramp = (x * np.uint64(127) // np.uint64(w) + y * c * np.uint64(127) // np.uint64(h)) % np.uint64(128)
    return Image.fromarray((noise + ramp).astype(np.uint8))


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def fit(w, h, tw, th):
    # For a network's input that is not square: the smallest size of the same proportions that covers it.
    image = picture(w, h)
    if tw == th:
        image = F.resize(image, tw)
    else:
        across = tw * h >= th * w
        size = (int(tw * h / w), tw) if across else (th, int(th * w / h))
        image = F.resize(image, [max(size[0], th), max(size[1], tw)])
    print("fit", w, h, tw, th, fnv(F.center_crop(image, [th, tw]).tobytes()))


def prepare(how, interpolation, resize, w, h, tw, th):
    image = picture(w, h)
    if how == "pad":
        image = ImageOps.pad(image, (tw, th), getattr(Image.Resampling, interpolation.upper()))
    else:
        image = F.resize(image, [th, tw] if how == "squash" else resize, InterpolationMode(interpolation))
    print("prepare", how, interpolation, resize, w, h, tw, th, fnv(F.center_crop(image, [th, tw]).tobytes()))


def apply(w, h, pad=0, left=0, top=0, flip=0, move=(0, 0), jitter=0, order=(0, 1, 2), factors=(1, 1, 1), erase=(0, 0, 0, 0)):
    image = picture(w, h)
    if pad:
        image = F.crop(F.pad(image, pad, fill=0), top, left, h, w)
    if flip:
        image = F.hflip(image)
    if move != (0, 0):
        image = F.affine(image, angle=0.0, translate=list(move), scale=1.0, shear=[0.0, 0.0], fill=0)
    if jitter:
        change = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation]
        for i in order:
            image = change[i](image, float(np.float32(factors[i])))
    x = F.normalize(F.to_tensor(image), MEAN, STD)
    if erase[2]:
        x = F.erase(x, erase[1], erase[0], erase[3], erase[2], 0.0)
    factors = [f"{np.float32(f):.9g}" for f in factors]
    print("apply", w, h, pad, left, top, flip, *move, jitter, *order, *factors, *erase, fnv(x.numpy().tobytes()))


def main():
    for size in [(32, 32), (33, 32), (32, 45), (31, 47), (64, 64), (100, 37), (37, 100), (500, 375), (16, 20), (1, 1), (1, 9), (640, 3), (97, 96)]:
        fit(*size, 32, 32)
    for size in [(224, 224), (300, 200), (199, 301), (640, 480), (50, 61), (1, 40)]:
        fit(*size, 224, 224)
    for size in [(40, 30), (48, 32), (31, 90), (90, 31), (200, 133)]:
        fit(*size, 48, 32)
        fit(*size, 20, 41)

    apply(32, 32)
    for left, top in [(0, 0), (8, 8), (4, 4), (3, 7), (8, 1)]:
        for flip in (0, 1):
            apply(32, 32, 4, left, top, flip)
    apply(5, 3, 6, 12, 0, 1)
    apply(17, 9, flip=1)
    for move in [(3, -2), (-3, 2), (0, 5), (-16, 0), (31, 31), (32, 1), (-1, -31)]:
        apply(32, 32, move=move)
        apply(32, 32, 4, 6, 1, 1, move)
    apply(31, 18, 2, 0, 3, 1, (-4, 5))
    for order in itertools.permutations(range(3)):
        apply(32, 32, jitter=0.5, order=order, factors=(1.37, 0.61, 1.44))
    for factors in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (2, 1, 1), (1, 2, 1), (1, 1, 2), (0.5, 1.5, 0.8), (1.21, 0.93, 0.99), (0.999, 1.001, 1)]:
        apply(24, 20, jitter=1, order=(2, 0, 1), factors=factors)
    apply(32, 32, 4, 8, 2, 1, (2, -3), 0.2, (1, 2, 0), (0.85, 1.19, 0.91))
    for erase in [(0, 0, 1, 1), (3, 9, 20, 6), (31, 31, 1, 1), (0, 5, 31, 12)]:
        apply(32, 32, erase=erase)
    apply(48, 40, 5, 1, 9, 1, (-4, 3), 0.4, (2, 1, 0), (1.4, 0.6, 1.39), (10, 4, 21, 30))

    for interpolation in ["bilinear", "bicubic"]:
        for size in [(32, 32), (40, 30), (31, 90), (500, 375), (90, 31), (1, 9), (33, 47)]:
            prepare("crop", interpolation, 40, *size, 32, 32)
            prepare("crop", interpolation, 50, *size, 48, 32)
            for how in ["squash", "pad"]:
                prepare(how, interpolation, 0, *size, 32, 32)
                prepare(how, interpolation, 0, *size, 20, 41)
        prepare("crop", interpolation, 256, 640, 480, 224, 224)
        prepare("crop", interpolation, 256, 199, 301, 224, 224)


if __name__ == "__main__":
    main()
