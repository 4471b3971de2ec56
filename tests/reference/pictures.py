"""What PIL makes of the pictures that tests/picture/test_image.c writes: the numbers in that test's tables.

    python3 tests/reference/pictures.py build/test-scratch/seeds/image        (Pillow 13.0)
"""
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

for path in sorted(Path(sys.argv[1]).iterdir()):
    picture = ImageOps.exif_transpose(Image.open(path))
    if picture.mode.startswith("I"):  # 16-bit grey: PIL's convert would cut off at 255
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    pixels = np.asarray(picture.convert("RGB")).astype(np.uint32)
    if path.suffix == ".png":
        print(path.name, int((pixels.ravel() * np.arange(1, pixels.size + 1)).sum() % 2**32))
    else:
        print(path.name, [pixels[y, x].tolist() for y in (0, -1) for x in (0, -1)])
