#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what the drivers read of a network: for those that cannot read Keras' file the network, images, and features.

    images.f32                 (2, rows, columns, 3), in [0, 1]
    features.f32               (2, rows, columns, channels), computed in double precision by numpy alone
    head.f32                   Inception only: (256, 7, 7, 768), features of other images: what the head is trained on
    network.onnx               the network, batch normalisation as it is
    network.txt, network.f32   the network for programs without an ONNX reader (network.write)
"""

import argparse
import pathlib
import sys

import numpy as np
from PIL import Image

import network as networks
from networks import NETWORKS

HEAD_IMAGES = 256  # eight batches of 32


def image(path, pixels):
    """An image as Keras' load_img(target_size=(pixels, pixels)) and rescale=1/255 make it."""
    size = (pixels, pixels)
    return np.asarray(Image.open(path).convert("RGB").resize(size, Image.NEAREST), np.float32) / np.float32(255)


def write_head(network, weights, images, path):
    files = sorted((images / "train").glob("*/*"))
    chosen = [files[i * len(files) // HEAD_IMAGES] for i in np.random.default_rng(0).permutation(HEAD_IMAGES)]
    print("computing the features of 256 images, once, in double precision: about a minute", flush=True)
    with open(path, "wb") as head:
        for i in range(0, HEAD_IMAGES, 8):
            x = np.stack([image(file, network.pixels) for file in chosen[i:i + 8]])
            head.write(networks.features(network.operations, weights, x).astype(np.float32).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", type=NETWORKS.get, required=True)
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="a folder with train/ and validation/")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    network = arguments.network
    weights = network.load(arguments.weights)
    horse, human = (sorted(folder.iterdir())[0] for folder in sorted((arguments.images / "validation").iterdir()))
    x = np.stack([image(horse, network.pixels), image(human, network.pixels)])
    x.tofile(arguments.out / "images.f32")
    networks.features(network.operations, weights, x).astype(np.float32).tofile(arguments.out / "features.f32")
    if network.name == "inception":
        write_head(network, weights, arguments.images, arguments.out / "head.f32")
    (arguments.out / "network.onnx").write_bytes(networks.onnx_model(network, weights).SerializeToString())
    networks.write(network, weights, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
