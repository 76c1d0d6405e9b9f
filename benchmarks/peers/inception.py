# SPDX-License-Identifier: MIT
"""Inception v3 up to mixed7 on images of 150 x 150 pixels."""

import numpy as np

from network import Builder, Network


def operations():
    build = Builder(150)

    def convolution(source, number, filters, height, width, stride=1, same=True):
        return build.add("conv", f"conv{number}", [source], filters, kernel=(height, width), stride=stride, same=same,
                         activation="relu")

    def maximum(source, name):
        return build.add("max", name, [source], stride=2, same=False)

    def average(source, name):
        return build.add("average", name, [source])

    def concatenate(name, sources):
        return build.add("concat", name, sources, sum(build.channels(s) for s in sources))

    y = convolution("x", 1, 32, 3, 3, 2, False)
    y = convolution(y, 2, 32, 3, 3, 1, False)
    y = convolution(y, 3, 64, 3, 3)
    y = maximum(y, "pool1")
    y = convolution(y, 4, 80, 1, 1, 1, False)
    y = convolution(y, 5, 192, 3, 3, 1, False)
    y = maximum(y, "pool2")
    for block, n, pooled in ((0, 6, 32), (1, 13, 64), (2, 20, 64)):
        y = concatenate(f"mixed{block}", [
            convolution(y, n, 64, 1, 1),
            convolution(convolution(y, n + 1, 48, 1, 1), n + 2, 64, 5, 5),
            convolution(convolution(convolution(y, n + 3, 64, 1, 1), n + 4, 96, 3, 3), n + 5, 96, 3, 3),
            convolution(average(y, f"average{block}"), n + 6, pooled, 1, 1)])
    y = concatenate("mixed3", [
        convolution(y, 27, 384, 3, 3, 2, False),
        convolution(convolution(convolution(y, 28, 64, 1, 1), 29, 96, 3, 3), 30, 96, 3, 3, 2, False),
        maximum(y, "pool3")])
    for block, n, c in ((4, 31, 128), (5, 41, 160), (6, 51, 160), (7, 61, 192)):
        short = convolution(convolution(convolution(y, n + 1, c, 1, 1), n + 2, c, 1, 7), n + 3, 192, 7, 1)
        long = convolution(y, n + 4, c, 1, 1)
        for i, (height, width) in enumerate(((7, 1), (1, 7), (7, 1), (1, 7))):
            long = convolution(long, n + 5 + i, 192 if i == 3 else c, height, width)
        y = concatenate(f"mixed{block}", [
            convolution(y, n, 192, 1, 1), short, long, convolution(average(y, f"average{block}"), n + 9, 192, 1, 1)])
    return build.operations


def load(path):
    """{name: (kernel (height, width, in, out), gamma, beta, moving mean, moving variance)} by the names of Keras' file."""
    import h5py
    weights = {}
    with h5py.File(path, "r") as file:
        for operation in INCEPTION.operations:
            if not operation.has_weights:
                continue
            number = operation.name.removeprefix("conv")
            kernel = file[f"conv2d_{number}/conv2d_{number}/kernel:0"][...].astype(np.float32)
            norm = file[f"batch_normalization_{number}/batch_normalization_{number}"]
            expected = (*operation.kernel, operation.inputs, operation.channels)
            if kernel.shape != expected:
                raise SystemExit(f"conv2d_{number}: expected {expected}, received {kernel.shape}")
            beta, mean, variance = (norm[f"{name}:0"][...].astype(np.float32)
                                    for name in ("beta", "moving_mean", "moving_variance"))
            weights[operation.name] = (kernel, np.ones_like(beta), beta, mean, variance)
    return weights


INCEPTION = Network("inception", 150, operations(), load)
