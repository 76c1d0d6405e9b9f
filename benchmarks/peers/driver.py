# SPDX-License-Identifier: MIT
"""The drivers' side of the protocol of run.py, and what the Python drivers have in common."""

import argparse
import pathlib
import sys
import time

import numpy as np

from networks import NETWORKS


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--variant", default="", help="words; tf32 among them allows a GPU to round factors so")
    parser.add_argument("--device", default="cpu", help="of PyTorch: cpu or cuda")
    parser.add_argument("--data", type=pathlib.Path, help="the folder that prepare.py wrote for this network")
    parser.add_argument("--network", type=NETWORKS.get, default=NETWORKS["inception"])
    parser.add_argument("--weights", type=pathlib.Path, help="of the network, in Keras' .h5 format")
    parser.add_argument("--images", type=pathlib.Path, help="a folder with train/ and validation/, one folder per class in each")
    parser.add_argument("--epochs", type=int, default=10)
    return parser.parse_args()


class Golden:
    """Two images, and a network's features of them in double precision. // (2, rows, columns, 3), (2, …)"""

    def __init__(self, folder, network):
        self.images = np.fromfile(folder / "images.f32", np.float32).reshape(2, network.pixels, network.pixels, 3)
        self.features = np.fromfile(folder / "features.f32", np.float32).reshape(2, *network.feature_shape)

    def batch(self, size):
        """The two images in turn. // (size, rows, columns, 3)"""
        return np.ascontiguousarray(self.images[np.arange(size) % 2])

    def difference(self, features):
        """Largest |features - golden| of a batch. // features (batch, rows, columns, channels)"""
        return float(np.abs(np.asarray(features) - self.features[np.arange(len(features)) % 2]).max())


def head_batches(folder, batch):
    """Eight batches of features and seven of labels: no batch has the same labels in two rounds, so that nothing can be
    learnt by heart and the gradients stay what they are early in a training. // (8, batch, 37632), (7, batch, 1)"""
    x = np.fromfile(folder / "head.f32", np.float32, 8 * batch * 37632).reshape(8, batch, 37632)
    return x, np.random.default_rng(0).integers(0, 2, (7, batch, 1)).astype(np.float32)


def serve(version, note, work, items=1):
    """Answers every `sample <seconds>` with milliseconds per item; `work()` is `items` items."""
    print(f"ready\t{version}\t{note}", flush=True)
    for line in sys.stdin:
        seconds = float(line.split()[1])
        work()  # the caches and threads of this process come back
        calls, start = 0, time.perf_counter()
        while calls == 0 or time.perf_counter() - start < seconds:
            work()
            calls += 1
        print((time.perf_counter() - start) * 1e3 / (calls * items), flush=True)
