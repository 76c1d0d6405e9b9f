#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes tests/golden/images and tests/golden/resize: what Pillow decodes and resizes, and what TensorFlow resizes.

    python tools/make_image_golden.py tests/golden [DATA/horse-or-human]

Needs Pillow, numpy and tensorflow. Expected pixels are kept as the CRC-32 of their RGB bytes in row-major order.
The photographs of the second argument are not copied; only their CRCs are.
"""
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def pattern(height, width, channels=3):
    """Every value of uint8 in an order that no shift, swap or stretch leaves unnoticed; tests repeat the formula."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((y * 37 + x * 101 + c * 59 + (y * x) % 251) % 256).astype(np.uint8)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def scanlines(samples, depth):
    """Unfiltered PNG rows of (height, width, channels) samples."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        else:
            bits = ((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
            packed = np.packbits(bits.ravel()).tobytes()
        rows.append(b"\0" + packed)
    return b"".join(rows)


def png(samples, depth, colour, interlaced=False, extra=b""):
    height, width, _ = samples.shape
    if interlaced:
        passes = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7]
        data = b"".join(scanlines(p, depth) for p in passes if p.size)
    else:
        data = scanlines(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def make_pngs(folder):
    random = np.random.RandomState(1)
    palette = random.randint(0, 256, (256, 3)).astype(np.uint8)
    names = {0: "gray", 2: "rgb", 3: "palette", 4: "gray_alpha", 6: "rgba"}
    for colour, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            samples = random.randint(0, 2**depth, (9, 11, CHANNELS[colour]))
            extra = chunk(b"PLTE", palette[: 2**depth].tobytes()) if colour == 3 else b""
            for interlaced in (False, True):
                name = f"{names[colour]}{depth}{'_interlaced' if interlaced else ''}.png"
                (folder / name).write_bytes(png(samples, depth, colour, interlaced, extra))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))  # linear light: must change nothing
    gray, rgb, index = (random.randint(0, 256, (9, 11, n)) for n in (1, 3, 1))
    (folder / "gray8_transparent.png").write_bytes(
        png(gray, 8, 0, extra=gamma + chunk(b"tRNS", struct.pack(">H", int(gray[0, 0, 0])))))
    (folder / "rgb8_transparent.png").write_bytes(
        png(rgb, 8, 2, extra=gamma + chunk(b"tRNS", struct.pack(">HHH", *map(int, rgb[0, 0])))))
    (folder / "palette8_transparent.png").write_bytes(
        png(index, 8, 3, extra=chunk(b"PLTE", palette.tobytes()) + chunk(b"tRNS", bytes(range(256)))))


def make_jpegs(folder):
    height, width = 21, 19  # no multiple of any block or sampling factor
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 13, y * 12, (x + y) * 6], -1).astype(np.uint8)
    rgb = Image.fromarray(smooth)
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        rgb.save(folder / f"ycbcr_{name}.jpg", quality=90, subsampling=subsampling)
    rgb.save(folder / "progressive.jpg", quality=75, progressive=True)
    rgb.save(folder / "rgb.jpg", quality=90, keep_rgb=True)
    rgb.convert("L").save(folder / "gray.jpg", quality=90)
    Image.fromarray(np.concatenate([smooth, smooth[..., :1] // 2], -1), "CMYK").save(folder / "cmyk.jpg", quality=90)
    turned = rgb.getexif()
    turned[0x0112] = 6  # the orientation, which Pillow's decoder and ours leave alone
    rgb.save(folder / "exif_rotated.jpg", quality=90, exif=turned)


def expected_pixels(path):
    image = Image.open(path)
    if image.mode.startswith("I"):  # 16-bit gray: the high byte, where Pillow's convert would cut off at 255
        high = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return np.repeat(high[..., None], 3, axis=2)
    return np.asarray(image.convert("RGB"))


def table(paths, base):
    lines = []
    for path in paths:
        pixels = expected_pixels(path)
        lines.append(f"{path.relative_to(base).as_posix()} {pixels.shape[0]} {pixels.shape[1]} "
                     f"{zlib.crc32(pixels.tobytes())}\n")
    return "".join(lines)


def make_resizes(folder):
    import tensorflow as tf

    pairs = [(300, 300, 150, 150), (300, 300, 224, 224), (320, 224, 224, 320), (150, 150, 150, 150), (1, 1, 3, 2),
             (8, 8, 1, 1), (9, 7, 100, 3), (480, 640, 299, 299), (10, 1000, 1000, 10), (375, 499, 150, 150)]
    random = np.random.RandomState(2)
    pairs += [tuple(int(n) for n in random.randint(1, 400, 4)) for _ in range(40)]
    lines = []
    for h, w, oh, ow in pairs:
        resized = np.asarray(Image.fromarray(pattern(h, w)).resize((ow, oh), Image.NEAREST))
        lines.append(f"{h} {w} {oh} {ow} {zlib.crc32(resized.tobytes())}\n")
    (folder / "nearest.txt").write_text("".join(lines))
    for h, w, oh, ow in [(5, 7, 8, 3), (30, 31, 15, 15), (4, 3, 9, 11), (33, 20, 10, 21), (1, 9, 4, 4), (6, 6, 6, 6)]:
        resized = tf.image.resize(pattern(h, w), (oh, ow), "bilinear").numpy()
        np.save(folder / f"bilinear_{h}x{w}_to_{oh}x{ow}.npy", resized.astype(np.float32))


def main():
    golden = Path(sys.argv[1])
    images, resize = golden / "images", golden / "resize"
    for folder in (images, resize):
        folder.mkdir(parents=True, exist_ok=True)
    make_pngs(images)
    make_jpegs(images)
    files = sorted(p for p in images.iterdir() if p.suffix in (".png", ".jpg"))
    (images / "pixels.txt").write_text(table(files, images))
    make_resizes(resize)
    if len(sys.argv) > 2:
        data = Path(sys.argv[2])
        photographs = sorted(data.glob("*/*/*.jpg"))[::80] + sorted(data.glob("png-originals/*/*.png"))[::4]
        (images / "horse_or_human.txt").write_text(table(photographs, data))


if __name__ == "__main__":
    main()
