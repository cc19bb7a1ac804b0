#!/usr/bin/env python3
"""Makes the files of images/, and images/values.safetensors: what they are as a network's input.

    pip install pillow numpy safetensors && python3 make_image_values.py

PNG files are written here by hand, so their values are known without any reader; JPEG files are
written and read by Pillow, and images are resized by it (mode F, which does not round).
FILE.rgb and FILE.grey are the numbers / 255; FILE.CASE are resized.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

folder = Path(__file__).resolve().parent / "images"
random = np.random.default_rng(20240301)
values = {}
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed_rows(pixels, bits):
    """Each row with filter 0, samples of `bits` bits."""
    rows = b""
    for row in pixels.reshape(pixels.shape[0], -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        elif bits == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            each = ((row[:, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8)
            data = np.packbits(each.ravel()).tobytes()
        rows += b"\0" + data
    return rows


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def write_png(name, pixels, kind, bits=8, interlaced=False, chunks=b""):
    if interlaced:
        passes = [pixels[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        rows = b"".join(packed_rows(p, bits) for p in passes if p.size)
    else:
        rows = packed_rows(pixels, bits)
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks +
                                chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def planes(image):
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None]).astype(np.float32)


def luma(image):
    return image @ np.array([[0.299], [0.587], [0.114]])


def expect(name, image):
    """image: height x width x (1 or 3), from 0 to 1."""
    values[f"{name}.rgb"] = planes(image if image.shape[2] == 3 else image.repeat(3, axis=2))
    values[f"{name}.grey"] = planes(image if image.shape[2] == 1 else luma(image))


def png_case(name, kind, bits=8, interlaced=False):
    samples = SAMPLES[kind]
    pixels = random.integers(0, 2**bits, (5, 7, samples))
    write_png(f"{name}.png", pixels, kind, bits, interlaced)
    image = pixels / (2**bits - 1)
    if kind in (GREY_ALPHA, RGBA):  # over black
        image = image[:, :, :-1] * image[:, :, -1:]
    expect(name, image)


for bits in (1, 2, 4, 8, 16):
    png_case(f"grey{bits}", GREY, bits)
for bits in (8, 16):
    png_case(f"rgb{bits}", RGB, bits)
    png_case(f"grey_alpha{bits}", GREY_ALPHA, bits)
    png_case(f"rgba{bits}", RGBA, bits)
png_case("interlaced_rgb8", RGB, 8, True)
png_case("interlaced_grey1", GREY, 1, True)

palette = random.integers(0, 256, (4, 3), dtype=np.uint8)
indices = random.integers(0, 4, (5, 7, 1))
write_png("palette2.png", indices, PALETTE, 2, chunks=chunk(b"PLTE", palette.tobytes()))
expect("palette2", palette[indices[:, :, 0]] / 255)
alpha = np.array([0, 128, 255, 255])  # two bytes in the file: the others are opaque
write_png("palette_alpha8.png", indices, PALETTE, 8, chunks=chunk(b"PLTE", palette.tobytes()) +
          chunk(b"tRNS", alpha[:2].astype(np.uint8).tobytes()))
expect("palette_alpha8", (palette * (alpha[:, None] / 255))[indices[:, :, 0]] / 255)
levels = random.integers(0, 4, (5, 7, 1))  # level 2 is transparent, so black
write_png("grey_key2.png", levels, GREY, 2, chunks=chunk(b"tRNS", struct.pack(">H", 2)))
expect("grey_key2", np.where(levels == 2, 0, levels) / 3)

y, x = np.mgrid[0:23, 0:37]
photo = np.stack([x * 6 + y, 255 - x * 3 - y * 5, 128 + 90 * np.sin(x * y / 30)], axis=2)
photo = np.clip(photo + random.normal(0, 25, photo.shape), 0, 255).round().astype(np.uint8)
write_png("photo.png", photo, RGB)
for name, options in {"full": {"subsampling": 0}, "subsampled": {"subsampling": 2},
                      "progressive": {"progressive": True, "subsampling": 2}}.items():
    Image.fromarray(photo).save(folder / f"{name}.jpg", quality=80, **options)
    values[f"{name}.rgb"] = planes(np.asarray(Image.open(folder / f"{name}.jpg")) / 255)
Image.fromarray(photo).convert("L").save(folder / "grey.jpg", quality=80)
values["grey.grey"] = planes(np.asarray(Image.open(folder / "grey.jpg"))[:, :, None] / 255)
Image.fromarray(photo).convert("CMYK").save(folder / "cmyk.jpg", quality=80)


def resized(image, height, width):
    each = [Image.fromarray(image[:, :, c].astype(np.float32)).resize(
        (width, height), Image.Resampling.BILINEAR) for c in range(image.shape[2])]
    return np.stack([np.asarray(plane) for plane in each], axis=2)


def cropped(image, height, width):
    """torchvision's CenterCrop."""
    top = int(round((image.shape[0] - height) / 2.0))
    left = int(round((image.shape[1] - width) / 2.0))
    return image[top:top + height, left:left + width]


for height, width in ((8, 8), (50, 60), (10, 90), (23, 5), (1, 1), (23, 37)):
    values[f"photo.stretch_{height}x{width}"] = planes(resized(photo, height, width) / 255)
# The photo is 23 x 37: 16x16 covers by 16 x int(16 * 37 / 23), and 10x30 by int(30 * 23 / 37) x 30.
values["photo.crop_16x16"] = planes(cropped(resized(photo, 16, 25), 16, 16) / 255)
values["photo.crop_10x30"] = planes(cropped(resized(photo, 18, 30), 10, 30) / 255)
# Resize(15) gives 15 x int(15 * 37 / 23).
values["photo.crop_15_12x13"] = planes(cropped(resized(photo, 15, 24), 12, 13) / 255)

(folder / "values.safetensors").write_bytes(save(values))
