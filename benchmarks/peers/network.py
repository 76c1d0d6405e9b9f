# SPDX-License-Identifier: MIT
"""A convolutional network as a list of operations, and its weights in Keras' layout: what every peer is built from.

Also the referee: `features` computes a network in double precision by plain numpy, which nobody here is timed on, and
every driver compares its own features with it.
"""

import dataclasses

import numpy as np

EPSILON = 1e-3  # of batch normalisation in all networks here, as keras.applications has it


@dataclasses.dataclass
class Operation:
    """kind: conv, depthwise (both with batch normalisation), max, average (both 3x3), concat or add."""
    kind: str
    name: str
    sources: list  # names of operations; the input is called 'x'
    channels: int  # of the result
    size: tuple  # rows and columns of the first source
    inputs: int  # channels of the first source
    kernel: tuple = (3, 3)
    stride: int = 1
    same: bool = True  # padding, as TensorFlow has it
    activation: str = ""  # relu, relu6 or none

    @property
    def result_size(self):
        return tuple(-(-n // self.stride) if self.same else (n - k) // self.stride + 1
                     for n, k in zip(self.size, self.kernel))

    @property
    def pads(self):
        """Rows and columns of zeros: (top, left, bottom, right)."""
        total = [max((out - 1) * self.stride + k - n, 0)
                 for out, n, k in zip(self.result_size, self.size, self.kernel)]
        return (total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2)

    @property
    def has_weights(self):
        return self.kind in ("conv", "depthwise")


class Builder:
    """Writes operations one after the other; each method returns the name of its result."""

    def __init__(self, pixels):
        self.operations = []
        self._values = {"x": ((pixels, pixels), 3)}

    def channels(self, name):
        return self._values[name][1]

    def add(self, kind, name, sources, channels=None, **details):
        size, inputs = self._values[sources[0]]
        operation = Operation(kind, name, sources, channels or inputs, size, inputs, **details)
        self.operations.append(operation)
        self._values[name] = (operation.result_size if kind not in ("concat", "add") else size, operation.channels)
        return name


@dataclasses.dataclass
class Network:
    name: str
    pixels: int  # rows and columns of an image
    operations: list
    load: object  # path of a .h5 file -> {name: (kernel, gamma, beta, moving mean, moving variance)}

    @property
    def feature_shape(self):
        last = self.operations[-1]
        size = last.result_size if last.kind not in ("concat", "add") else last.size
        return (*size, last.channels)


def fold(operations, weights):
    """{name: (kernel, bias)}: batch normalisation taken into the convolution before it, in double, rounded once."""
    folded = {}
    for operation in operations:
        if operation.has_weights:
            kernel, gamma, beta, mean, variance = weights[operation.name]
            scale = gamma / np.sqrt(variance.astype(np.float64) + EPSILON)
            wide = scale if operation.kind == "conv" else scale[:, None]
            folded[operation.name] = ((kernel * wide).astype(np.float32), (beta - mean * scale).astype(np.float32))
    return folded


def channels_first(operation, kernel):
    """(height, width, in, out) or, depthwise, (height, width, channels, 1) -> (out, in or 1, height, width)."""
    return np.ascontiguousarray(kernel.transpose((3, 2, 0, 1) if operation.kind == "conv" else (2, 3, 0, 1)))


def features(operations, weights, x):
    """The last operation's result for images x (batch, height, width, 3), in double precision."""
    windows = np.lib.stride_tricks.sliding_window_view
    values = {"x": x.astype(np.float64)}
    for operation in operations:
        v, (height, width), stride = values[operation.sources[0]], operation.kernel, operation.stride
        if operation.kind in ("concat", "add"):
            terms = [values[s] for s in operation.sources]
            y = np.concatenate(terms, -1) if operation.kind == "concat" else sum(terms)
        else:
            top, left, bottom, right = operation.pads
            padded = lambda v: np.pad(v, ((0, 0), (top, bottom), (left, right), (0, 0)))
            patches = lambda v: windows(padded(v), (height, width), (1, 2))[:, ::stride, ::stride]
            if operation.has_weights:  # patches (batch, y, x, channel, height, width)
                kernel, gamma, beta, mean, variance = (w.astype(np.float64) for w in weights[operation.name])
                y = (np.tensordot(patches(v), kernel.transpose(2, 0, 1, 3), 3) if operation.kind == "conv" else
                     np.einsum("nyxchw,hwc->nyxc", patches(v), kernel[..., 0]))
                y = (y - mean) / np.sqrt(variance + EPSILON) * gamma + beta
            elif operation.kind == "max":
                y = patches(v).max((-1, -2))
            else:
                y = patches(v).sum((-1, -2)) / patches(np.ones_like(v[:1, :, :, :1])).sum((-1, -2))
        if operation.activation:
            y = np.clip(y, 0, 6 if operation.activation == "relu6" else None)
        values[operation.name] = y
    return y


def onnx_model(network, weights):
    """The network as ONNX has it: batch normalisation as it is (a runtime folds it itself), any batch size."""
    import onnx
    from onnx import helper, numpy_helper
    nodes, initializers = [], []

    def constant(name, value):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    zero, six = constant("zero", np.float32(0)), constant("six", np.float32(6))
    for operation in network.operations:
        kind, name, sources = operation.kind, operation.name, operation.sources
        result = "y" if operation is network.operations[-1] else name
        window = dict(kernel_shape=operation.kernel, strides=[operation.stride] * 2, pads=operation.pads)
        if operation.has_weights:
            kernel, *vectors = weights[name]
            nodes.append(helper.make_node(
                "Conv", [*sources, constant(f"{name}_kernel", channels_first(operation, kernel))], [f"{name}_sum"],
                group=1 if kind == "conv" else operation.channels, **window))
            vectors = [constant(f"{name}_{k}", v) for k, v in zip(("gamma", "beta", "mean", "variance"), vectors)]
            normal = f"{name}_normal" if operation.activation else result
            nodes.append(helper.make_node("BatchNormalization", [f"{name}_sum", *vectors], [normal], epsilon=EPSILON))
            if operation.activation == "relu":
                nodes.append(helper.make_node("Relu", [normal], [result]))
            elif operation.activation == "relu6":
                nodes.append(helper.make_node("Clip", [normal, zero, six], [result]))
        elif kind == "max":
            nodes.append(helper.make_node("MaxPool", sources, [result], **window))
        elif kind == "average":
            nodes.append(helper.make_node("AveragePool", sources, [result], count_include_pad=0, **window))
        elif kind == "concat":
            nodes.append(helper.make_node("Concat", sources, [result], axis=1))
        else:
            nodes.append(helper.make_node("Add", sources, [result]))
    value = lambda name, *sizes: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", *sizes])
    height, width, channels = network.feature_shape
    graph = helper.make_graph(nodes, network.name, [value("x", 3, network.pixels, network.pixels)],
                              [value("y", channels, height, width)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def write(network, weights, folder):
    """The network for programs without an ONNX reader. network.txt: rows of an image, rows, columns and channels of the
    result; then an operation a line, its kind, name, activation or '-', channels in and out, rows and columns of the kernel,
    stride, top, left, bottom and right padding, sources; network.f32: folded kernels (height, width, in, out), or (height,
    width, channels), each followed by its bias."""
    folded = fold(network.operations, weights)
    with open(folder / "network.txt", "w") as text, open(folder / "network.f32", "wb") as values:
        print(network.pixels, *network.feature_shape, file=text)
        for o in network.operations:
            print(o.kind, o.name, o.activation or "-", o.inputs, o.channels, *o.kernel, o.stride, *o.pads, *o.sources,
                  file=text)
            for array in folded.get(o.name, ()):
                values.write(array.tobytes())
