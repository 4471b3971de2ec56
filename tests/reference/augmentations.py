"""Writes tests/picture/augmentations.txt: what torchvision's operations make of the pictures of transforms.py, on Pillow
images, with the parameters given, not drawn. One line a case, with a hash of the uint8 [h][w][3]:
    do <operation> <w h> <values, - where there are none> <hash>
    policy <RandAugment|TrivialAugmentWide|AugMix> <operation> <hash, over all bins, two sizes, either sign>
    augmix <w h> <kept> <weight of each of three chains> <a chain: operation:bin:negative/...> x 3 <hash>
    blur <w h> <deviation> <side> <the bytes, in hexadecimal>
torchvision's AugMix turns Pillow images into tensors, whose operations round otherwise; here, as in lince, they stay
Pillow images until they are mixed.

    python tests/reference/augmentations.py > tests/picture/augmentations.txt     (torch, torchvision, pillow, numpy)
"""
import numpy as np
import torch
from torchvision.transforms import InterpolationMode, autoaugment
from torchvision.transforms import functional as F
from transforms import fnv, picture

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def affine(interpolation):
    def apply(image, angle, tx, ty, scale, shear):
        return F.affine(image, angle, [int(tx), int(ty)], scale, [shear, 0.0], interpolation=interpolation, fill=0)

    return apply


def crop(image, x, y, flip):
    """RandomCrop(size, padding=3, padding_mode="reflect") at one place, then the flip."""
    w, h = image.size
    result = F.crop(F.pad(image, [3, 3, 3, 3], padding_mode="reflect"), 3 + y, 3 + x, h, w)
    return F.hflip(result) if flip else result


OPERATIONS = {
    "crop": lambda image, x, y, flip: crop(image, int(x), int(y), bool(flip)),
    "part": lambda image, x, y, w, h: F.resized_crop(image, y, x, h, w, [image.height, image.width]),
    "rotate": lambda image, angle: F.rotate(image, angle),
    "affine": affine(NEAREST),
    "affine-bilinear": affine(BILINEAR),
    "brightness": F.adjust_brightness,
    "contrast": F.adjust_contrast,
    "saturation": F.adjust_saturation,
    "hue": F.adjust_hue,
    "sharpness": F.adjust_sharpness,
    "grey": lambda image: F.rgb_to_grayscale(image, 3),
    "posterize": lambda image, bits: F.posterize(image, int(bits)),
    "solarize": F.solarize,
    "autocontrast": F.autocontrast,
    "equalize": F.equalize,
    "invert": F.invert,
}
SIZES = [(32, 32), (40, 24), (7, 33)]


def do(name, w, h, *values):
    values = [float(np.float32(v)) for v in values] if name not in ("part",) else list(values)
    result = OPERATIONS[name](picture(w, h), *values)
    print("do", name, w, h, *([f"{v:.9g}" for v in values] or ["-"]), fnv(result.tobytes()))


BINS = {"RandAugment": 31, "TrivialAugmentWide": 31, "AugMix": 10}


def space(policy, w, h):
    name = type(policy).__name__
    return policy._augmentation_space(BINS[name], *([] if name == "TrivialAugmentWide" else [(h, w)]))


def step(policy, image, name, bin, negative):
    """One operation of a policy, at one of its magnitudes."""
    magnitudes, signed = space(policy, *image.size)[name]
    magnitude = float(magnitudes[bin].item()) if magnitudes.ndim else 0.0
    return autoaugment._apply_op(image, name, -magnitude if signed and negative else magnitude, policy.interpolation, None)


def policy(policy):
    """All of an operation's magnitudes, on two pictures, with either sign, go into one hash."""
    name = type(policy).__name__
    for operation, (_, signed) in space(policy, 32, 32).items():
        data = [step(policy, picture(w, h), operation, bin, negative).tobytes() for bin in range(BINS[name]) for w, h in SIZES[:2] for negative in ([0, 1] if signed else [0])]
        print("policy", name, operation, fnv(b"".join(data)))


def augmix(w, h, kept, weights, chains):
    policy, image = autoaugment.AugMix(), picture(w, h)
    batch = F.pil_to_tensor(image)
    mix = torch.tensor(kept) * batch
    for weight, chain in zip(weights, chains):
        result = image
        for operation, bin, negative in chain:
            result = step(policy, result, operation, bin, negative)
        mix.add_(torch.tensor(weight) * F.pil_to_tensor(result))
    written = ["/".join(f"{o}:{b}:{n}" for o, b, n in chain) for chain in chains]
    numbers = [f"{np.float32(v):.9g}" for v in [kept, *weights]]
    print("augmix", w, h, *numbers, *written, fnv(F.to_pil_image(mix.to(torch.uint8)).tobytes()))


def blur(w, h, deviation, side):
    print("blur", w, h, f"{np.float32(deviation):.9g}", side, F.gaussian_blur(picture(w, h), side, float(np.float32(deviation))).tobytes().hex())


def main():
    for w, h in SIZES:
        for part in [(0, 0, w, h), (1, 2, w - 3, h - 5), (w // 2, h // 3, 3, 4), (0, h - 1, w, 1), (w - 1, 0, 1, h)]:
            do("part", w, h, *part)
        for values in [(0, 0, 0), (2, -1, 0), (-3, 3, 0), (3, 0, 1), (-2, -3, 1)]:
            do("crop", w, h, *values)
        for angle in [0, 1.5, -10, 30, 45, 90, -90, 133.3, -180, 180]:
            do("rotate", w, h, angle)
        for values in [(0, 0, 0, 1, 0), (10, 0, 0, 1, 0), (0, 3, -2, 1, 0), (0, 0, 0, 1.3, 0), (0, 0, 0, 0.7, 0), (0, 0, 0, 1, 12), (-25, 2, 1, 0.85, -7), (170, -3, 4, 1.9, 50)]:
            do("affine", w, h, *values)
            do("affine-bilinear", w, h, *values)
        for factor in [0, 0.3, 0.95, 1, 1.4, 2]:
            for name in ["brightness", "contrast", "saturation", "sharpness"]:
                do(name, w, h, factor)
        do("sharpness", w, h, 10)
        for shift in [-0.5, -0.1, 0, 0.03, 0.3, 0.5]:
            do("hue", w, h, shift)
        for bits in range(1, 9):
            do("posterize", w, h, bits)
        for threshold in [0, 1, 127.5, 128, 255]:
            do("solarize", w, h, threshold)
        for name in ["grey", "autocontrast", "equalize", "invert"]:
            do(name, w, h)
    for w, h in [(1, 1), (2, 1), (1, 5), (2, 2)]:
        for name in ["grey", "autocontrast", "equalize", "invert"]:
            do(name, w, h)
        do("sharpness", w, h, 2)
        do("contrast", w, h, 0.5)
        do("rotate", w, h, 40)
    for p in [autoaugment.RandAugment(), autoaugment.TrivialAugmentWide(), autoaugment.AugMix()]:
        policy(p)
    augmix(32, 32, 0.25, [0.3, 0.2, 0.25], [[("ShearX", 2, 1)], [("Equalize", 0, 0), ("Rotate", 1, 0)], [("Solarize", 2, 0), ("TranslateY", 2, 1), ("Posterize", 2, 0)]])
    augmix(40, 24, 0.61, [0.019, 0.3, 0.071], [[("Brightness", 2, 1), ("Color", 9, 0), ("Sharpness", 9, 1)], [("Contrast", 5, 0)], [("AutoContrast", 0, 0), ("ShearY", 9, 0)]])
    for w, h, side in [(6, 5, 3), (9, 7, 5), (24, 4, 3)]:
        for deviation in [0.1, 0.6, 2]:
            blur(w, h, deviation, side)


if __name__ == "__main__":
    main()
