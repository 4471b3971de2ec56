"""Writes tests/picture/formats.txt: small pictures in many formats, and what PIL makes RGB of them.

One line a picture: <name> <width> <height> <the file, hexadecimal> <its pixels [height][width][3], hexadecimal>

    python tests/reference/formats.py > tests/picture/formats.txt      (pillow, numpy)
"""
import io

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

W, H = 6, 5
y, x = np.mgrid[0:H, 0:W]
rgb = np.stack([x * 43, y * 51, (x * y * 29) % 256], 2).astype(np.uint8)
picture = Image.fromarray(rgb)
grey = Image.fromarray((x * 37 + y * 11).astype(np.uint8))
wide = Image.fromarray((x * 9000 + y * 3777).astype(np.uint16))
palette = picture.quantize(12)


def put(name, image, kind, expected=None, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    put_bytes(name, file.getvalue(), expected)


def put_bytes(name, data, expected=None):
    if expected is None:
        expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    print(name, expected.width, expected.height, data.hex(), expected.tobytes().hex())


def upper(image):
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")


turned = Image.Exif()
turned[0x0112] = 6
put("webp-lossless", picture, "WEBP", lossless=True)
put("webp-lossy", picture, "WEBP", quality=80)
put("webp-alpha", picture.convert("RGBA"), "WEBP", lossless=True)
put("webp-turned", picture, "WEBP", lossless=True, exif=turned.tobytes())
put("gif-palette", palette, "GIF")
put("gif-grey", grey, "GIF")
put("gif-two-frames", palette, "GIF", save_all=True, append_images=[palette.rotate(180)])
for how in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
    put(f"tiff-{how}", picture, "TIFF", compression=how)
put("tiff-grey", grey, "TIFF")
put("tiff-palette", palette, "TIFF")
put("tiff-one-bit", grey.convert("1"), "TIFF")
put("tiff-16-bit", wide, "TIFF", upper(wide))
put("tiff-turned", picture, "TIFF", tiffinfo={0x0112: 6})
put("bmp-24", picture, "BMP")
put("bmp-8", palette, "BMP")
put("bmp-grey", grey, "BMP")
put("bmp-1", grey.convert("1"), "BMP")
put("bmp-32", picture.convert("RGBA"), "BMP")
put("ppm", picture, "PPM")
put("pgm", grey, "PPM")
put_bytes("pgm-comment", b"P5\n# made by hand\n2 1 # wide\n15\n\x00\x0f", Image.fromarray(np.array([[0, 255]], np.uint8)).convert("RGB"))
put_bytes("pgm-16-bit", b"P5 3 1 65535\n\x00\x00\x80\x00\xff\xff", Image.fromarray(np.array([[0, 128, 255]], np.uint8)).convert("RGB"))
