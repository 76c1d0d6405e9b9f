# SPDX-License-Identifier: MIT
"""A network as a Keras model, with the weights of Keras' file."""

import tensorflow as tf

import network as networks


def model(network, path):
    """images (batch, rows, columns, 3) -> the network's last result; frozen."""
    layers, weights = tf.keras.layers, network.load(path)
    values = {"x": tf.keras.Input((network.pixels, network.pixels, 3))}
    for operation in network.operations:
        sources = [values[s] for s in operation.sources]
        window = dict(strides=operation.stride, padding="same" if operation.same else "valid")
        if operation.has_weights:
            kernel, *vectors = weights[operation.name]
            convolution = (layers.Conv2D(operation.channels, operation.kernel, use_bias=False, **window)
                           if operation.kind == "conv" else
                           layers.DepthwiseConv2D(operation.kernel, use_bias=False, **window))
            norm = layers.BatchNormalization(epsilon=networks.EPSILON)
            y = norm(convolution(sources[0]))
            convolution.set_weights([kernel])
            norm.set_weights(vectors)
            if operation.activation == "relu":
                y = layers.Activation("relu")(y)
            elif operation.activation == "relu6":
                y = layers.ReLU(6.0)(y)
        elif operation.kind == "max":
            y = layers.MaxPooling2D(3, **window)(sources[0])
        elif operation.kind == "average":
            y = layers.AveragePooling2D(3, **window)(sources[0])
        else:
            y = (layers.Concatenate() if operation.kind == "concat" else layers.Add())(sources)
        values[operation.name] = y
    result = tf.keras.Model(values["x"], y)
    result.trainable = False
    return result


def set_threads(count):
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(1)
