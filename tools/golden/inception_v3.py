# SPDX-License-Identifier: MIT
"""tests/golden/inception_v3/: the structure of Inception v3 as Keras builds it, the summary of the model cut at mixed7 with a head,
and what the bundled weights make of an image."""
import pathlib
import re

from .common import layer_table, np, pattern_image, save, tf_keras, versions

BUNDLED_WEIGHTS = pathlib.Path(__file__).resolve().parents[2] / 'examples/data/inception_v3_mixed7_f16.h5'

NUMBERED = ('input', 'conv2d', 'batch_normalization', 'activation', 'max_pooling2d', 'average_pooling2d', 'concatenate', 'flatten',
            'dense', 'dropout', 'zero_padding2d', 'add')


def keras_2_0_name(name):
    """TensorFlow counts conv2d, conv2d_1, ...; Keras 2.0, and the weight files made with it, conv2d_1, conv2d_2, ..."""
    found = re.fullmatch(r'(.*?)(?:_(\d+))?', name)
    if found[1] not in NUMBERED or found[1] == 'input':
        return name
    return f'{found[1]}_{int(found[2] or 0) + 1}'


def backbone():
    tf_keras.backend.clear_session()
    return tf_keras.applications.InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)


def grafted(base, units=1024):
    """The seed article's model: the backbone cut at mixed7, frozen, and a new head."""
    base.trainable = False
    x = tf_keras.layers.Flatten()(base.get_layer('mixed7').output)
    x = tf_keras.layers.Dense(units, activation='relu')(x)
    x = tf_keras.layers.Dropout(0.2)(x)
    return tf_keras.Model(base.input, tf_keras.layers.Dense(1, activation='sigmoid')(x))


def summary(model):
    lines = []
    model.summary(print_fn=lambda line, line_break=None: lines.append(line.rstrip()))
    return '\n'.join(lines) + '\n'


def mixed7_features():
    base = backbone()
    cut = tf_keras.Model(base.input, base.get_layer('mixed7').output)
    cut.load_weights(BUNDLED_WEIGHTS)
    return cut(pattern_image(150, 150), training=False).numpy()


def make(out):
    out = out / 'inception_v3'
    out.mkdir(parents=True, exist_ok=True)
    base = backbone()
    (out / 'layers.tsv').write_text(layer_table(base, keras_2_0_name))
    model = grafted(base)
    (out / 'summary_mixed7.txt').write_text(summary(model))
    for layer in model.layers:
        layer._name = keras_2_0_name(layer.name)
    (out / 'summary_mixed7_keras_2_0_names.txt').write_text(summary(model))
    (out / 'versions.txt').write_text(''.join(f'{name} {version}\n' for name, version in versions().items()))
    features = mixed7_features().ravel()
    # Every 37th of the 37,632 values: 37 shares no factor with 768, so that all kinds of channels are among them.
    save(out, mixed7_every_37=features[::37], mixed7_mean=features.mean(dtype=np.float64))
