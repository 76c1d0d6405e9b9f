# SPDX-License-Identifier: MIT
"""Inception v3 up to mixed7 as keras.applications builds it, with the weights of Keras' file."""

import re

import numpy as np
import tensorflow as tf

import inception


def model(weights):
    """images (batch, 150, 150, 3) -> mixed7 (batch, 7, 7, 768); frozen."""
    whole = tf.keras.applications.InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)
    number = lambda layer: int((re.search(r"_(\d+)$", layer.name) or [0, 0])[1])
    in_order = lambda kind: sorted((l for l in whole.layers if isinstance(l, kind)), key=number)
    layers = zip(in_order(tf.keras.layers.Conv2D), in_order(tf.keras.layers.BatchNormalization))
    for (convolution, norm), (kernel, *vectors) in zip(layers, (weights[i] for i in sorted(weights))):
        convolution.set_weights([kernel])
        norm.set_weights(vectors)
    result = tf.keras.Model(whole.input, whole.get_layer("mixed7").output)
    result.trainable = False
    return result


def set_threads(count):
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(1)
