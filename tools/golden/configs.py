# SPDX-License-Identifier: MIT
"""tests/golden/configs/: what both generations of Keras write as model_config of one small model, flat and nested."""
from .common import keras, tf_keras


def flat(k, x):
    y = k.layers.ZeroPadding2D(((0, 1), (0, 1)), name='pad')(x)
    y = k.layers.Conv2D(4, 3, strides=2, use_bias=False, name='first')(y)
    y = k.layers.BatchNormalization(name='normal', epsilon=1.001e-5)(y)
    y = k.layers.ReLU(6.0, name='clip')(y)
    branch = k.layers.Conv2D(4, 1, activation='relu', name='branch')(y)
    return k.layers.Add(name='sum')([y, branch])


def head(k, y):
    y = k.layers.MaxPooling2D(name='pool')(y)
    y = k.layers.Flatten(name='flat')(y)
    y = k.layers.Dropout(0.2, name='drop')(y)
    return k.layers.Dense(2, activation='softmax', name='out')(y)


def make(folder):
    folder = folder / 'configs'
    folder.mkdir(parents=True, exist_ok=True)
    for name, k in (('keras2', tf_keras), ('keras3', keras)):
        image = k.layers.Input((9, 10, 3), name='image')
        (folder / f'{name}_flat.json').write_text(k.Model(image, head(k, flat(k, image)), name='flat').to_json() + '\n')
        base = k.Model(image, flat(k, image), name='base')
        nested = k.Sequential([base, k.Sequential([
            k.layers.MaxPooling2D(name='pool'), k.layers.Flatten(name='flat'),
            k.layers.Dense(2, activation='softmax', name='out')], name='top')], name='nested')
        nested.build((None, 9, 10, 3))
        (folder / f'{name}_nested.json').write_text(nested.to_json() + '\n')
