# SPDX-License-Identifier: MIT
"""The models that tools/keras_check.py exchanges: Inception v3 cut at mixed7 with a head, by either generation of Keras."""
from golden.common import generator, keras, np, tf_keras
from golden.inception_v3 import grafted, keras_2_0_name


def pictures(count=3, side=150):
    """Smooth random colours with noise in [0, 1], so that two pictures differ in more than noise. // (count, side, side, 3)"""
    random = generator('exchange pictures')
    cells = random.uniform(0, 1, (count, 5, 5, 3))
    smooth = np.repeat(np.repeat(cells, side // 5, axis=1), side // 5, axis=2)
    return np.clip(smooth + 0.1 * random.standard_normal(smooth.shape), 0, 1).astype(np.float32)


def fill(model, images):
    """Seeded random weights; batch normalization gets the statistics of its real input, so that nothing vanishes or saturates."""
    random = generator('exchange weights')
    layers = [layer for layer in model.layers if layer.weights]
    normalizations = [layer for layer in layers if isinstance(layer, tf_keras.layers.BatchNormalization)]
    for layer in layers:
        if layer not in normalizations:
            kernel, *bias = layer.get_weights()
            fan_in = np.prod(kernel.shape[:-1])
            layer.set_weights([(random.standard_normal(kernel.shape) * (1.0 / fan_in) ** 0.5).astype(np.float32)] +
                              [(0.1 * random.standard_normal(b.shape)).astype(np.float32) for b in bias])
    for layer in normalizations:
        beta, mean, variance = layer.get_weights()
        layer.set_weights([(0.3 * random.standard_normal(beta.shape)).astype(np.float32), mean, variance])
        layer.trainable, layer.momentum = True, 0.0  # one call in training mode now stores the statistics of its batch
    model(images, training=True)
    for layer in normalizations:
        layer.trainable, layer.momentum = False, 0.99
    last = model.layers[-1]
    kernel, bias = last.get_weights()
    logits = tf_keras.Model(model.input, last.input).predict(images, verbose=0) @ kernel
    scale = 0.3 / logits.std()  # logits of mean near 0 and deviation 0.3: apart, yet rounding errors stay well below 1e-5
    last.set_weights([kernel * scale, bias - logits.mean() * scale])
    return model


def keras_2(images, offset=False):
    """tf_keras numbers its layers conv2d, conv2d_1, ...; a second Inception v3 in one process gets conv2d_94, conv2d_95, ..."""
    tf_keras.backend.clear_session()
    build = lambda: tf_keras.applications.InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)
    if offset:
        build()
    return fill(grafted(build()), images)


def copy_weights(source, target):
    """Layer by layer: the two generations agree on the order of layers and of weights inside one, not on get_weights() of a model."""
    for mine, theirs in zip(target.layers, source.layers, strict=True):
        mine.set_weights(theirs.get_weights())
    return target


def named_from_one(model):
    """The same model with the automatic names of Keras 2.0: conv2d_1, conv2d_2, ..."""
    def clone(layer):
        config = layer.get_config()
        config['name'] = keras_2_0_name(config['name'])
        return type(layer).from_config(config)

    return copy_weights(model, tf_keras.models.clone_model(model, clone_function=clone))


def keras_3(model):
    """The same model and weights in Keras 3."""
    keras.backend.clear_session()
    base = keras.applications.InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)
    base.trainable = False
    x = keras.layers.Flatten()(base.get_layer('mixed7').output)
    x = keras.layers.Dropout(0.2)(keras.layers.Dense(1024, activation='relu')(x))
    return copy_weights(model, keras.Model(base.input, keras.layers.Dense(1, activation='sigmoid')(x)))
