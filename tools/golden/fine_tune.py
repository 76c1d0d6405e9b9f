# SPDX-License-Identifier: MIT
"""tests/golden/fine_tune/: a few steps of a network whose first layers are frozen, normalisations in either mode."""
from .common import agree, generator, keras, normal, np, save, tf_keras

SAMPLES, BATCH, EPOCHS = 20, 8, 2  # the last batch is a partial one
INPUT = (9, 9, 3)


def normalization(library, frozen_statistics):
    """BatchNormalization, or one whose calls all have training=False: given in a functional model's call it is
    kept by tf_keras, while the fit of Keras 3 overrides it."""
    class Frozen(library.layers.BatchNormalization):
        def call(self, inputs, training=None, mask=None):
            return super().call(inputs, training=False)

    return Frozen if frozen_statistics else library.layers.BatchNormalization


def network(library, frozen_statistics):
    layers = library.layers
    Normalization = normalization(library, frozen_statistics)
    source = layers.Input(INPUT)
    x = layers.Conv2D(6, 3, strides=2, use_bias=False, name='conv_1', trainable=False)(source)
    x = layers.BatchNormalization(name='bn_1', trainable=False)(x)
    x = layers.Activation('relu', name='relu_1')(x)
    left = layers.Conv2D(4, 1, name='conv_2')(x)
    left = Normalization(scale=False, momentum=0.9, name='bn_2')(left)
    right = layers.DepthwiseConv2D(3, padding='same', use_bias=False, name='conv_3')(x)
    right = Normalization(momentum=0.9, name='bn_3')(right)
    x = layers.Concatenate(name='mixed')([layers.Activation('relu', name='relu_2')(left), right])
    x = layers.Add(name='sum')([x, layers.Conv2D(10, 3, padding='same', name='conv_4')(x)])
    x = layers.AveragePooling2D(2, name='pool')(x)
    x = layers.Dense(1, activation='sigmoid', name='dense_1')(layers.Flatten()(x))
    return library.Model(source, x)


def parameters(model):
    """'conv_1_kernel' and so on, in the order of the layers."""
    names = {'depthwise_kernel': 'kernel'}
    result = {}
    for layer in model.layers:
        for weight in layer.weights:
            name = weight.name.split('/')[-1].split(':')[0]
            result[f'{layer.name}_{names.get(name, name)}'] = weight
    return result


def initial(model, random):
    values = {}
    for name, weight in parameters(model).items():
        shape = tuple(weight.shape)
        if name.endswith('variance'):
            values[name] = random.uniform(0.5, 1.5, shape).astype(np.float32)
        else:
            values[name] = normal(random, *shape, mean=1.0 if name.endswith('gamma') else 0.0, scale=0.3)
    return values


def fit(library, frozen_statistics, values, inputs, targets):
    model = network(library, frozen_statistics)
    for name, weight in parameters(model).items():
        weight.assign(values[name])
    model.compile(optimizer=library.optimizers.SGD(0.05, momentum=0.9), loss='binary_crossentropy', metrics=['accuracy'])
    history = model.fit(inputs, targets, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
    last = {name: np.array(weight) for name, weight in parameters(model).items()}
    return np.array([history['loss'], history['accuracy']]).T, last, model.predict(inputs, verbose=0)


def make(out):
    random = generator('fine_tune')
    inputs = normal(random, SAMPLES, *INPUT)
    targets = (inputs.mean(axis=(1, 2, 3)) > 0).astype(np.float32)[:, None]
    values = initial(network(keras, True), random)
    save(out / 'fine_tune', inputs=inputs, targets=targets, **{f'initial_{name}': v for name, v in values.items()})
    for name, frozen_statistics in (('frozen_statistics', True), ('batch_statistics', False)):
        history, last, predictions = fit(keras, frozen_statistics, values, inputs, targets)
        other = fit(tf_keras, frozen_statistics, values, inputs, targets)
        agree(name, history, other[0], 5e-6)
        for parameter in last:
            if frozen_statistics or not parameter.endswith('variance'):  # the generations store another variance
                agree(f'{name} {parameter}', last[parameter], other[1][parameter], 1e-5)
        frozen = {p for p in last if p.startswith(('conv_1', 'bn_1')) or frozen_statistics and 'moving' in p}
        assert all(np.array_equal(last[p], values[p]) for p in frozen)
        save(out / 'fine_tune' / name, history=history, predictions=predictions, **{f'final_{p}': last[p] for p in last if p not in frozen})
