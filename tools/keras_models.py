# SPDX-License-Identifier: MIT
"""The models that tools/keras_exchange.py exchanges: a backbone with a head, by either generation of Keras."""
from golden.applications import efficient_net_b0
from golden.common import generator, keras, np, tf_keras
from golden.inception_v3 import keras_2_0_name
from golden.squeeze_net import squeeze_net

# Those of tests/keras/keras_exchange.cpp: side of the images, units of the head, and the backbone's output.
NETWORKS = {
    'inception_v3': (150, 1024, lambda library, side: library.applications.InceptionV3(
        input_shape=(side, side, 3), include_top=False, weights=None), 'mixed7'),
    'mobile_net': (96, 16, lambda library, side: library.applications.MobileNet(
        input_shape=(side, side, 3), alpha=0.25, include_top=False, weights=None), None),
    'mobile_net_v2': (96, 16, lambda library, side: library.applications.MobileNetV2(
        input_shape=(side, side, 3), alpha=0.35, include_top=False, weights=None), None),
    'vgg16': (48, 16, lambda library, side: library.applications.VGG16(
        input_shape=(side, side, 3), include_top=False, weights=None), None),
    'dense_net': (64, 16, lambda library, side: library.applications.DenseNet121(
        input_shape=(side, side, 3), include_top=False, weights=None), None),
    'efficient_net': (64, 16, lambda library, side: efficient_net_b0(library, (side, side, 3)), None),
    'res_net': (64, 16, lambda library, side: library.applications.ResNet50(
        input_shape=(side, side, 3), include_top=False, weights=None), None),
    'squeeze_net': (64, 16, lambda library, side: squeeze_net(library, (side, side, 3)), None),
    'xception': (75, 16, lambda library, side: library.applications.Xception(
        input_shape=(side, side, 3), include_top=False, weights=None), None),
}


def pictures(side, count=3):
    """Smooth random colours with noise in [0, 1], so that two pictures differ in more than noise. // (count, side, side, 3)"""
    random = generator('exchange pictures')
    cells = random.uniform(0, 1, (count, 5, 5, 3))
    where = np.arange(side) * 5 // side
    smooth = cells[:, where][:, :, where]
    return np.clip(smooth + 0.1 * random.standard_normal(smooth.shape), 0, 1).astype(np.float32)


def backbone(library, network):
    side, _, build, cut = NETWORKS[network]
    base = build(library, side)
    base.trainable = False
    return library.Model(base.input, base.get_layer(cut).output) if cut else base


def head(library, network):
    units = NETWORKS[network][1]
    return [library.layers.Flatten(), library.layers.Dense(units, activation='relu'), library.layers.Dropout(0.2),
            library.layers.Dense(1, activation='sigmoid')]


def grafted(library, network):
    """One flat model of the layers of backbone and head."""
    base = backbone(library, network)
    x = base.output
    for layer in head(library, network):
        x = layer(x)
    return library.Model(base.input, x)


def nested(library, network):
    """The backbone as one layer of a model: what most tutorials build."""
    side = NETWORKS[network][0]
    return library.Sequential([library.Input((side, side, 3)), backbone(library, network), *head(library, network)])


def fan_in(kernel):
    return np.prod(kernel.shape[:2] if 'depthwise' in kernel.name else kernel.shape[:-1])


def fill(model, images):
    """Seeded random weights; batch normalization gets the statistics of its real input, so that nothing vanishes or saturates.
    The images are many, or rounding errors grow with what hardly varies."""
    random = generator('exchange weights')
    layers = [layer for layer in model.layers if layer.weights and not isinstance(layer, tf_keras.layers.Normalization)]
    normalizations = [layer for layer in layers if isinstance(layer, tf_keras.layers.BatchNormalization)]
    for layer in layers:
        if layer not in normalizations:
            gain = 1.0 if normalizations else 2.0  # half of what a ReLU gets is lost; normalization makes up for it
            layer.set_weights([(random.standard_normal(w.shape) * ((gain / fan_in(w)) ** 0.5 if len(w.shape) > 1 else 0.1))
                               .astype(np.float32) for w in layer.weights])
    for layer in normalizations:
        *gamma, beta, mean, variance = layer.get_weights()
        layer.set_weights([(1 + 0.2 * random.standard_normal(g.shape)).astype(np.float32) for g in gamma] +
                          [(0.3 * random.standard_normal(beta.shape)).astype(np.float32), mean, variance])
        layer.trainable, layer.momentum = True, 0.0  # one call in training mode now stores the statistics of its batch
    model(images, training=True)
    for layer in normalizations:
        layer.trainable, layer.momentum = False, 0.99
    last = model.layers[-1]
    kernel, bias = last.get_weights()
    logits = tf_keras.Model(model.input, last.input).predict(images, batch_size=4, verbose=0) @ kernel
    scale = 0.3 / logits.std()  # logits of mean near 0 and deviation 0.3: apart, yet rounding errors stay well below 1e-5
    last.set_weights([kernel * scale, bias - logits.mean() * scale])
    return model


def keras_2(network, images, offset=False):
    """tf_keras numbers its layers conv2d, conv2d_1, ...; a second Inception v3 in one process gets conv2d_94, conv2d_95, ..."""
    tf_keras.backend.clear_session()
    if offset:
        NETWORKS[network][2](tf_keras, NETWORKS[network][0])
    return fill(grafted(tf_keras, network), np.concatenate([images, pictures(NETWORKS[network][0], 24)]))


def flat_layers(model):
    """All layers that are no models, in the order of a flat model."""
    for layer in model.layers:
        if hasattr(layer, 'layers'):
            yield from flat_layers(layer)
        else:
            yield layer


def copy_weights(source, target):
    """Layer by layer: the two generations agree on the order of layers and of weights inside one, not on get_weights() of a model."""
    weighted = lambda model: [layer for layer in flat_layers(model) if layer.weights]
    for mine, theirs in zip(weighted(target), weighted(source), strict=True):
        mine.set_weights(theirs.get_weights())
    return target


def named_from_one(model):
    """The same model with the automatic names of Keras 2.0: conv2d_1, conv2d_2, ..."""
    def clone(layer):
        config = layer.get_config()
        config['name'] = keras_2_0_name(config['name'])
        return type(layer).from_config(config)

    return copy_weights(model, tf_keras.models.clone_model(model, clone_function=clone))


def keras_3(network, model):
    """The same model and weights in Keras 3."""
    keras.backend.clear_session()
    return copy_weights(model, grafted(keras, network))


def nested_as(library, network, model):
    """The same weights in a model of models."""
    (keras if library is keras else tf_keras).backend.clear_session()
    return copy_weights(model, nested(library, network))
