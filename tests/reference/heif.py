"""Writes tests/picture/heif.txt: small HEIC and AVIF pictures, and what Pillow makes RGB of them.

One line a picture: <name> <width> <height> <the file, hexadecimal> <its pixels [height][width][3], hexadecimal>
Colours are stored at full resolution: libraries differ in how they enlarge them.

    python tests/reference/heif.py > tests/picture/heif.txt      (pillow, pillow-heif, numpy)
"""
import io

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
y, x = np.mgrid[0:12, 0:16]
picture = Image.fromarray(np.stack([x * 15, y * 20, 255 - x * 9], 2).astype(np.uint8))
turned = Image.Exif()
turned[0x0112] = 6


def put(name, image, **options):
    file = io.BytesIO()
    image.save(file, **options)
    read = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    print(name, read.width, read.height, file.getvalue().hex(), read.tobytes().hex())


put("heic", picture, format="HEIF", quality=90, chroma=444)
put("heic-alpha", picture.convert("RGBA"), format="HEIF", quality=50, chroma=444)
put("heic-turned", picture, format="HEIF", quality=50, chroma=444, exif=turned.tobytes())
put("avif", picture, format="AVIF", quality=90, subsampling="4:4:4")
