# SPDX-License-Identifier: MIT
"""SqueezeNet 1.1, which Keras' applications lack: the graph of github.com/rcmalli/keras-squeezenet; without its top it ends in the layer
that its weight files end in."""
from .common import tf_keras


def squeeze_net(library, shape, include_top=False):
    layers, slash = library.layers, '/' if library is tf_keras else '_'  # Keras 3 allows no slash in a name

    def rectified(x, prefix, name, *arguments, **options):
        x = layers.Conv2D(*arguments, name=prefix + name, **options)(x)
        return layers.Activation('relu', name=f'{prefix}relu_{name}')(x)

    def pool(x, name):
        return layers.MaxPooling2D(3, strides=2, name=name)(x)

    def fire(x, number, squeezed, expanded):
        prefix = f'fire{number}{slash}'
        x = rectified(x, prefix, 'squeeze1x1', squeezed, 1)
        left = rectified(x, prefix, 'expand1x1', expanded, 1)
        right = rectified(x, prefix, 'expand3x3', expanded, 3, padding='same')
        return layers.Concatenate(name=prefix + 'concat')([left, right])

    image = layers.Input(shape)
    x = pool(rectified(image, '', 'conv1', 64, 3, strides=2), 'pool1')
    x = pool(fire(fire(x, 2, 16, 64), 3, 16, 64), 'pool3')
    x = pool(fire(fire(x, 4, 32, 128), 5, 32, 128), 'pool5')
    for number, squeezed, expanded in ((6, 48, 192), (7, 48, 192), (8, 64, 256), (9, 64, 256)):
        x = fire(x, number, squeezed, expanded)
    x = layers.Dropout(0.5, name='drop9')(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name='global_average_pooling2d')(rectified(x, '', 'conv10', 1000, 1))
        x = layers.Activation('softmax', name='loss')(x)
    return library.Model(image, x)
