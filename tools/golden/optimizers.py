# SPDX-License-Identifier: MIT
"""tests/golden/optimizers/: twenty steps of each optimizer on a small head, from equal weights and over equal batches."""
from .common import agree, generator, keras, normal, np, save, tf_keras

STEPS, BATCH, MAP = 20, 10, (3, 3, 8)
OLD, NEW = tf_keras.optimizers.legacy, keras.optimizers

CASES = {  # name: (the optimizer, the same one in the other generation where the rule is the same)
    'rmsprop_keras3': lambda rate: (NEW.RMSprop(rate), tf_keras.optimizers.RMSprop(rate)),
    'rmsprop_legacy': lambda rate: (OLD.RMSprop(rate), None),
    'rmsprop_keras3_momentum': lambda rate: (NEW.RMSprop(rate, momentum=0.9), tf_keras.optimizers.RMSprop(rate, momentum=0.9)),
    'rmsprop_legacy_momentum': lambda rate: (OLD.RMSprop(rate, momentum=0.9), None),
    'rmsprop_keras3_centered': lambda rate: (NEW.RMSprop(rate, centered=True), tf_keras.optimizers.RMSprop(rate, centered=True)),
    'rmsprop_legacy_centered': lambda rate: (OLD.RMSprop(rate, centered=True), None),
    'rmsprop_keras3_momentum_centered': lambda rate: (NEW.RMSprop(rate, momentum=0.9, centered=True), None),
    'rmsprop_legacy_momentum_centered': lambda rate: (OLD.RMSprop(rate, momentum=0.9, centered=True), None),
    'sgd': lambda rate: (NEW.SGD(rate), OLD.SGD(rate)),
    'sgd_momentum': lambda rate: (NEW.SGD(rate, momentum=0.9), OLD.SGD(rate, momentum=0.9)),
    'sgd_nesterov': lambda rate: (NEW.SGD(rate, momentum=0.9, nesterov=True), OLD.SGD(rate, momentum=0.9, nesterov=True)),
    'adam': lambda rate: (NEW.Adam(rate), OLD.Adam(rate)),
}
RATES = {'lr1e-2': 1e-2, 'lr1e-3': 1e-3}
# With momentum RMSprop's steps grow tenfold: at 1e-2 twenty of them multiply rounding errors to almost 1e-5.
MOMENTUM_RATES = {'lr2e-3': 2e-3, 'lr1e-3': 1e-3}
PARAMETERS = ('dense_kernel', 'dense_bias', 'dense_1_kernel', 'dense_1_bias')


def head(library, units, activation):
    return library.Sequential([library.layers.Input(MAP), library.layers.Flatten(), library.layers.Dense(16, activation='relu'),
                               library.layers.Dense(units, activation=activation)])


def initial_weights(random, units):
    size = int(np.prod(MAP))
    return [normal(random, size, 16, scale=size ** -0.5), normal(random, 16, scale=0.1),
            normal(random, 16, units, scale=0.25), normal(random, units, scale=0.1)]


def train(optimizer, weights, inputs, targets, units, activation, loss):
    """Parameters after the first and the last step, and the loss of every batch before its update."""
    library = keras if isinstance(optimizer, NEW.Optimizer) else tf_keras
    model = head(library, units, activation)
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=loss)
    losses, first = [], None
    for x, y in zip(inputs, targets):
        model.reset_metrics()
        losses.append(np.ravel(model.train_on_batch(x, y))[0])
        first = first or model.get_weights()
    return first, model.get_weights(), np.array(losses)


def case(out, name, optimizers, weights, inputs, targets, units, activation, loss):
    first, last, losses = train(optimizers[0], weights, inputs, targets, units, activation, loss)
    if optimizers[1] is not None:
        others = train(optimizers[1], weights, inputs, targets, units, activation, loss)
        for mine, other in zip((*first, *last, losses), (*others[0], *others[1], others[2])):
            agree(name, mine, other, 5e-6)
    arrays = {f'after_1_{p}': w for p, w in zip(PARAMETERS, first)}
    arrays.update({f'after_{STEPS}_{p}': w for p, w in zip(PARAMETERS, last)})
    save(out / name, losses=losses, **arrays)


def make(out):
    out = out / 'optimizers'
    random = generator('optimizers')
    inputs = normal(random, STEPS, BATCH, *MAP)
    labels = (inputs.mean(axis=(2, 3))[..., :3] * 3 + normal(random, STEPS, BATCH, 3, scale=0.5)).argmax(axis=-1)
    targets = (labels == 1).astype(np.float32)[..., None]
    one_hot = np.eye(3, dtype=np.float32)[labels]
    weights, weights_3 = initial_weights(random, 1), initial_weights(random, 3)
    save(out / 'shared', inputs=inputs, targets=targets, one_hot_targets=one_hot,
         **{f'sigmoid_initial_{p}': w for p, w in zip(PARAMETERS, weights)},
         **{f'softmax_initial_{p}': w for p, w in zip(PARAMETERS, weights_3)})
    for name, optimizers in CASES.items():
        rates = MOMENTUM_RATES if name.startswith('rmsprop') and 'momentum' in name else RATES
        for label, rate in rates.items():
            case(out, f'{name}_{label}', optimizers(rate), weights, inputs, targets, 1, 'sigmoid', 'binary_crossentropy')
    for label, rate in RATES.items():
        case(out, f'softmax_adam_{label}', CASES['adam'](rate), weights_3, inputs, one_hot, 3, 'softmax', 'categorical_crossentropy')
