#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what the drivers read: the network for those that cannot read Keras' file, images, and features.

    images.f32         (2, 150, 150, 3), in [0, 1]
    features.f32       (2, 7, 7, 768), computed in double precision by numpy alone
    head.f32           (256, 7, 7, 768), features of other images, computed in the same way: what the head is trained on
    inception.onnx     the network, batch normalisation as it is
    inception.txt      its operations, one a line, for programs without an ONNX reader
    inception.f32      kernels (height, width, in, out) with batch normalisation folded in, each followed by its bias
"""

import argparse
import pathlib
import sys

import numpy as np
from PIL import Image

import inception


HEAD_IMAGES = 256  # eight batches of 32


def image(path):
    """An image as Keras' load_img(target_size=(150, 150)) and rescale=1/255 make it."""
    return np.asarray(Image.open(path).convert("RGB").resize((150, 150), Image.NEAREST), np.float32) / np.float32(255)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="a folder with train/ and validation/")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    weights = inception.load(arguments.weights)
    horse, human = (sorted(folder.iterdir())[0] for folder in sorted((arguments.images / "validation").iterdir()))
    x = np.stack([image(horse), image(human)])
    x.tofile(arguments.out / "images.f32")
    inception.features(weights, x).astype(np.float32).tofile(arguments.out / "features.f32")

    files = sorted((arguments.images / "train").glob("*/*"))
    chosen = [files[i * len(files) // HEAD_IMAGES] for i in np.random.default_rng(0).permutation(HEAD_IMAGES)]
    print("computing the features of 256 images, once, in double precision: about a minute", flush=True)
    with open(arguments.out / "head.f32", "wb") as head:
        for i in range(0, HEAD_IMAGES, 8):
            x = np.stack([image(file) for file in chosen[i:i + 8]])
            head.write(inception.features(weights, x).astype(np.float32).tobytes())
    (arguments.out / "inception.onnx").write_bytes(inception.onnx_model(weights).SerializeToString())

    folded = inception.fold(weights)
    with open(arguments.out / "inception.txt", "w") as text, open(arguments.out / "inception.f32", "wb") as values:
        for kind, name, source, layer in inception.operations():
            fields = [kind, name, *(source if kind == "concat" else [source])]
            if kind == "conv":
                fields += [str(int(v)) for v in layer[1:]]
                for array in folded[layer[0]]:
                    values.write(array.tobytes())
            print(*fields, file=text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
