# SPDX-License-Identifier: MIT
"""MobileNet v1, alpha 1, up to conv_dw_13_relu, and MobileNet v2, alpha 0.35, whole: images of 224 x 224 pixels."""

import numpy as np

from network import Builder, Network


def version_1():
    build = Builder(224)

    def convolution(kind, name, source, filters, kernel, stride=1):
        return build.add(kind, name, [source], filters, kernel=(kernel, kernel), stride=stride, activation="relu6")

    y = convolution("conv", "conv1", "x", 32, 3, 2)
    pointwise = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024]
    for n, filters in enumerate(pointwise, 1):
        y = convolution("depthwise", f"conv_dw_{n}", y, build.channels(y), 3, 2 if n in (2, 4, 6, 12) else 1)
        y = convolution("conv", f"conv_pw_{n}", y, filters, 1)
    convolution("depthwise", "conv_dw_13", y, build.channels(y), 3)
    return build.operations


def version_2():
    build = Builder(224)
    pointwise = {"kernel": (1, 1)}
    y = build.add("conv", "Conv1", ["x"], 16, stride=2, activation="relu6")
    filters_of_stages = [(8, 1, 1), (8, 2, 2), (16, 3, 2), (24, 4, 2), (32, 3, 1), (56, 3, 2), (112, 1, 1)]
    blocks = [(filters, stride if i == 0 else 1) for filters, count, stride in filters_of_stages for i in range(count)]
    for n, (filters, stride) in enumerate(blocks):
        before, inputs = y, build.channels(y)
        if n > 0:
            y = build.add("conv", f"block_{n}_expand", [y], 6 * inputs, activation="relu6", **pointwise)
        y = build.add("depthwise", f"block_{n}_depthwise", [y], build.channels(y), stride=stride, activation="relu6")
        y = build.add("conv", f"block_{n}_project", [y], filters, **pointwise)
        if stride == 1 and inputs == filters:
            y = build.add("add", f"block_{n}_add", [before, y])
    build.add("conv", "Conv_1", [y], 1280, activation="relu6", **pointwise)
    return build.operations


def loader(operations):
    def load(path):
        """{name: (kernel, gamma, beta, moving mean, moving variance)}: the file's layers in their order, as Keras does."""
        import h5py
        text = lambda name: name.decode() if isinstance(name, bytes) else name
        with h5py.File(path, "r") as file:
            layers = [[file[text(layer)][text(name)][...].astype(np.float32)
                       for name in file[text(layer)].attrs["weight_names"]] for layer in file.attrs["layer_names"]]
        layers = [layer for layer in layers if layer]
        wanted = [operation for operation in operations() if operation.has_weights]
        if len(layers) < 2 * len(wanted):
            raise SystemExit(f"{path}: expected {2 * len(wanted)} layers with weights, received {len(layers)}")
        weights = {}
        for operation, (kernel,), vectors in zip(wanted, layers[::2], layers[1::2]):
            outputs = operation.channels if operation.kind == "conv" else 1
            expected = (*operation.kernel, operation.inputs, outputs)
            if kernel.shape != expected:
                raise SystemExit(f"{path}: {operation.name}: expected {expected}, received {kernel.shape}")
            weights[operation.name] = (kernel, *vectors)
        return weights
    return load


MOBILE_NET = Network("mobile_net", 224, version_1(), loader(version_1))
MOBILE_NET_V2 = Network("mobile_net_v2", 224, version_2(), loader(version_2))
