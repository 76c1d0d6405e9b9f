# SPDX-License-Identifier: MIT
"""Inception v3 up to mixed7 as a list of operations, with Keras' weights: what every Python peer is built from.

Also the referee: `features` computes the network in double precision by plain numpy, which nobody here is
timed on, and every driver compares its own features with it.
"""

import numpy as np

EPSILON = 1e-3  # of batch normalisation, as keras.applications has it


def operations():
    """(kind, result, source or sources, layer or None) in the order of execution; the input is called 'x'.

    A layer is (number, input channels, output channels, height, width, stride, padded).
    """
    result = []
    channels = {"x": 3}

    def convolution(source, number, filters, height, width, stride=1, padded=True):
        name = f"conv{number}"
        result.append(("conv", name, source, (number, channels[source], filters, height, width, stride, padded)))
        channels[name] = filters
        return name

    def pool(kind, name, source):
        result.append((kind, name, source, None))
        channels[name] = channels[source]
        return name

    def concatenate(name, sources):
        result.append(("concat", name, sources, None))
        channels[name] = sum(channels[s] for s in sources)
        return name

    y = convolution("x", 1, 32, 3, 3, 2, False)
    y = convolution(y, 2, 32, 3, 3, 1, False)
    y = convolution(y, 3, 64, 3, 3)
    y = pool("max", "pool1", y)
    y = convolution(y, 4, 80, 1, 1, 1, False)
    y = convolution(y, 5, 192, 3, 3, 1, False)
    y = pool("max", "pool2", y)
    for block, n, pooled in ((0, 6, 32), (1, 13, 64), (2, 20, 64)):
        y = concatenate(f"mixed{block}", [
            convolution(y, n, 64, 1, 1),
            convolution(convolution(y, n + 1, 48, 1, 1), n + 2, 64, 5, 5),
            convolution(convolution(convolution(y, n + 3, 64, 1, 1), n + 4, 96, 3, 3), n + 5, 96, 3, 3),
            convolution(pool("average", f"average{block}", y), n + 6, pooled, 1, 1)])
    y = concatenate("mixed3", [
        convolution(y, 27, 384, 3, 3, 2, False),
        convolution(convolution(convolution(y, 28, 64, 1, 1), 29, 96, 3, 3), 30, 96, 3, 3, 2, False),
        pool("max", "pool3", y)])
    for block, n, c in ((4, 31, 128), (5, 41, 160), (6, 51, 160), (7, 61, 192)):
        short = convolution(convolution(convolution(y, n + 1, c, 1, 1), n + 2, c, 1, 7), n + 3, 192, 7, 1)
        long = convolution(y, n + 4, c, 1, 1)
        for i, (height, width) in enumerate(((7, 1), (1, 7), (7, 1), (1, 7))):
            long = convolution(long, n + 5 + i, 192 if i == 3 else c, height, width)
        y = concatenate(f"mixed{block}", [
            convolution(y, n, 192, 1, 1), short, long,
            convolution(pool("average", f"average{block}", y), n + 9, 192, 1, 1)])
    return result


def load(path):
    """{number: (kernel (height, width, in, out), beta, moving mean, moving variance)} from a file in Keras' layout."""
    import h5py
    weights = {}
    with h5py.File(path, "r") as file:
        for kind, _, _, layer in operations():
            if kind != "conv":
                continue
            number, inputs, outputs, height, width, _, _ = layer
            kernel = file[f"conv2d_{number}/conv2d_{number}/kernel:0"][...].astype(np.float32)
            norm = file[f"batch_normalization_{number}/batch_normalization_{number}"]
            if kernel.shape != (height, width, inputs, outputs):
                raise SystemExit(f"conv2d_{number}: expected {(height, width, inputs, outputs)}, received {kernel.shape}")
            weights[number] = (kernel, *(norm[f"{name}:0"][...].astype(np.float32)
                                         for name in ("beta", "moving_mean", "moving_variance")))
    return weights


def fold(weights):
    """{number: (kernel, bias)}: batch normalisation taken into the convolution before it, in double, rounded once."""
    folded = {}
    for number, (kernel, beta, mean, variance) in weights.items():
        scale = 1 / np.sqrt(variance.astype(np.float64) + EPSILON)
        folded[number] = ((kernel * scale).astype(np.float32), (beta - mean * scale).astype(np.float32))
    return folded


def features(weights, x):
    """mixed7 of x (batch, height, width, 3), in double precision. // (batch, 7, 7, 768) for 150 x 150 pixels"""
    windows = np.lib.stride_tricks.sliding_window_view

    def padded(v, height, width, value=0.0):
        return np.pad(v, ((0, 0), (height // 2,) * 2, (width // 2,) * 2, (0, 0)), constant_values=value)

    values = {"x": x.astype(np.float64)}
    for kind, name, source, layer in operations():
        if kind == "conv":
            number, _, _, height, width, stride, same = layer
            kernel, beta, mean, variance = (w.astype(np.float64) for w in weights[number])
            v = padded(values[source], height, width) if same else values[source]
            patches = windows(v, (height, width), (1, 2))[:, ::stride, ::stride]  # (batch, y, x, channel, height, width)
            y = np.tensordot(patches, kernel.transpose(2, 0, 1, 3), 3)
            values[name] = np.maximum((y - mean) / np.sqrt(variance + EPSILON) + beta, 0)
        elif kind == "max":
            values[name] = windows(values[source], (3, 3), (1, 2))[:, ::2, ::2].max((-1, -2))
        elif kind == "average":
            ones = np.ones_like(values[source][:1, :, :, :1])
            total = [windows(padded(v, 3, 3), (3, 3), (1, 2)).sum((-1, -2)) for v in (values[source], ones)]
            values[name] = total[0] / total[1]
        else:
            values[name] = np.concatenate([values[s] for s in source], -1)
    return values[name]


def onnx_model(weights):
    """The network as ONNX has it: batch normalisation as it is (a runtime folds it itself), any batch size."""
    import onnx
    from onnx import helper, numpy_helper
    nodes, initializers = [], []

    def constant(name, value):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    for kind, name, source, layer in operations():
        result = "y" if name == "mixed7" else name
        if kind == "conv":
            number, _, outputs, height, width, stride, same = layer
            kernel, beta, mean, variance = weights[number]
            nodes.append(helper.make_node(
                "Conv", [source, constant(f"{name}_kernel", kernel.transpose(3, 2, 0, 1))], [f"{name}_sum"],
                kernel_shape=[height, width], strides=[stride] * 2,
                pads=[height // 2, width // 2] * 2 if same else [0] * 4))
            vectors = (("gamma", np.ones(outputs)), ("beta", beta), ("mean", mean), ("variance", variance))
            nodes.append(helper.make_node(
                "BatchNormalization", [f"{name}_sum", *(constant(f"{name}_{k}", v) for k, v in vectors)],
                [f"{name}_normal"], epsilon=EPSILON))
            nodes.append(helper.make_node("Relu", [f"{name}_normal"], [result]))
        elif kind == "max":
            nodes.append(helper.make_node("MaxPool", [source], [result], kernel_shape=[3, 3], strides=[2, 2]))
        elif kind == "average":
            nodes.append(helper.make_node("AveragePool", [source], [result], kernel_shape=[3, 3], pads=[1] * 4,
                                          count_include_pad=0))
        else:
            nodes.append(helper.make_node("Concat", source, [result], axis=1))
    value = lambda name, *sizes: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", *sizes])
    graph = helper.make_graph(nodes, "inception", [value("x", 3, 150, 150)], [value("y", 768, 7, 7)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model
