# SPDX-License-Identifier: MIT
"""What every maker of golden files needs: a quiet, repeatable TensorFlow, random tensors and the writer."""
import os
import pathlib
import zlib

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'  # plain Eigen kernels: the same sums on every CPU, but for the width of its vectors
os.environ['KERAS_BACKEND'] = 'tensorflow'

import absl.logging  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402

tf.get_logger().setLevel('ERROR')
absl.logging.set_verbosity(absl.logging.ERROR)
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def versions():
    return {'tensorflow': tf.__version__, 'tf_keras': tf_keras.__version__, 'keras': keras.__version__,
            'numpy': np.__version__}


def generator(name):
    """Random numbers of one case: seeded by its name, so that a new case moves no other."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


def normal(random, *shape, mean=0.0, scale=1.0):
    return (mean + scale * random.standard_normal(shape)).astype(np.float32)


def save(folder, **arrays):
    """Writes folder/NAME.npy for each array: float32, C order; a scalar has shape (1)."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        values = np.ascontiguousarray(np.atleast_1d(np.asarray(values, dtype=np.float32)))
        np.save(folder / f'{name}.npy', values)


def sources(layer):
    tensors = layer.input if isinstance(layer.input, list) else [layer.input]
    if isinstance(layer, (tf_keras.layers.InputLayer, keras.layers.InputLayer)):
        return []
    return [getattr(t._keras_history, 'operation', None) or t._keras_history.layer for t in tensors]


def dimensions(shape):
    shape = shape[0] if isinstance(shape, list) else shape
    return 'x'.join(str(n) for n in shape[1:])


def layer_table(model, name_of=lambda name: name):
    """name, class, output shape, parameters and sources of every layer, in the order of `model.layers`."""
    rows = [('name', 'class', 'output_shape', 'parameters', 'inputs')]
    for layer in model.layers:
        shape = layer.output_shape if hasattr(layer, 'output_shape') else layer.output.shape
        rows.append((name_of(layer.name), type(layer).__name__, dimensions(shape), str(layer.count_params()),
                     ','.join(name_of(source.name) for source in sources(layer)) or '-'))
    return ''.join('\t'.join(row) + '\n' for row in rows)


def pattern_image(height, width):
    """An image that tests repeat by its formula, as the network takes it: (1, height, width, 3), 0 to 1."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing='ij')
    pixels = (y * 37 + x * 101 + c * 59 + (y * x) % 251) % 256
    return (pixels.astype(np.float32) * np.float32(1 / 255.))[np.newaxis]


def agree(what, left, right, tolerance=2e-6):
    """Both generations of Keras must say the same where one golden stands for both."""
    difference = np.max(np.abs(np.asarray(left, np.float64) - np.asarray(right, np.float64)) / np.maximum(1.0, np.abs(left)))
    if not difference <= tolerance:
        raise AssertionError(f'{what}: expected tf_keras and keras within {tolerance}, received {difference:.3g}')
