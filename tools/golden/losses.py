# SPDX-License-Identifier: MIT
"""tests/golden/losses/ and tests/golden/metrics/: values, gradients and the border cases of both generations."""
from .common import agree, generator, keras, normal, np, save, tf, tf_keras

EXTREMES = np.array([0.0, 0.5, -0.5, 5.0, -5.0, 30.0, -30.0, 100.0, -100.0], np.float32)


def through_logits(library, logits, targets, activation, loss):
    """The loss as fit computes it: the last layer's activation is recognised and its logits are used."""
    layer = library.layers.Activation(activation)
    x = tf.constant(logits)

    @tf.function(reduce_retracing=True)
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(targets, layer(x))
        return value, tape.gradient(value, x)

    return [t.numpy() for t in step(x)]


def from_probabilities(probabilities, targets, loss):
    p = tf.constant(probabilities)
    with tf.GradientTape() as tape:
        tape.watch(p)
        value = loss(tf.constant(targets), p)
    return value.numpy(), tape.gradient(value, p).numpy()


def loss_case(out, name, activation, class_name, logits, targets):
    squash = tf.sigmoid if activation == 'sigmoid' else tf.nn.softmax
    old, new = getattr(tf_keras.losses, class_name)(), getattr(keras.losses, class_name)()
    loss, gradient = through_logits(tf_keras, logits, targets, activation, old)
    loss_3, gradient_3 = through_logits(keras, logits, targets, activation, new)
    agree(name, loss, loss_3)
    agree(name, gradient, gradient_3)
    probabilities = squash(logits).numpy()
    each, _ = through_logits(keras, logits, targets, activation, getattr(keras.losses, class_name)(reduction='none'))
    arrays = dict(logits=logits, targets=targets, probabilities=probabilities, loss=loss, loss_each=each, logits_gradient=gradient)
    for suffix, value in (('keras2', from_probabilities(probabilities, targets, old)),
                          ('keras3', from_probabilities(probabilities, targets, new))):
        arrays[f'loss_from_probabilities_{suffix}'], arrays[f'probabilities_gradient_{suffix}'] = value
    save(out / name, **arrays)


def losses(out):
    random = generator('losses')
    loss_case(out, 'binary_crossentropy', 'sigmoid', 'BinaryCrossentropy', normal(random, 10, 1, scale=2.0),
              random.integers(0, 2, (10, 1)).astype(np.float32))
    loss_case(out, 'binary_crossentropy_four_outputs', 'sigmoid', 'BinaryCrossentropy', normal(random, 6, 4, scale=2.0),
              random.integers(0, 2, (6, 4)).astype(np.float32))
    loss_case(out, 'binary_crossentropy_extreme', 'sigmoid', 'BinaryCrossentropy', np.tile(EXTREMES, 2)[:, None],
              np.repeat([0.0, 1.0], len(EXTREMES)).astype(np.float32)[:, None])
    labels = random.integers(0, 5, 8)
    loss_case(out, 'categorical_crossentropy', 'softmax', 'CategoricalCrossentropy', normal(random, 8, 5, scale=2.0),
              np.eye(5, dtype=np.float32)[labels])
    # (batch, classes): one class far ahead of or far behind the others, right and wrong.
    extreme = np.array([[30, 0, -30], [30, 0, -30], [-30, 0, 30], [100, 0, -100], [100, 0, -100], [100, 100, 0], [0, 0, 0],
                        [-100, -100, -100], [1000, 999, 0]], np.float32)
    loss_case(out, 'categorical_crossentropy_extreme', 'softmax', 'CategoricalCrossentropy', extreme,
              np.eye(3, dtype=np.float32)[[0, 2, 1, 0, 2, 1, 2, 0, 1]])


def metric_case(out, name, class_name, predictions, targets):
    values = []
    for library in (tf_keras, keras):
        function = getattr(library.metrics, 'binary_accuracy' if class_name == 'BinaryAccuracy' else 'categorical_accuracy')
        metric = getattr(library.metrics, class_name)()
        metric.update_state(targets, predictions)
        values.append((np.ravel(function(targets, predictions)), np.array(metric.result())))
    agree(name, values[0][0], values[1][0], 0.0)
    agree(name, values[0][1], values[1][1], 1e-7)
    save(out / name, predictions=predictions, targets=targets, each=values[0][0], accuracy=values[0][1])


def metrics(out):
    below, above = np.nextafter(np.float32(0.5), np.float32(0)), np.nextafter(np.float32(0.5), np.float32(1))
    predictions = np.array([0.5, 0.5, below, below, above, above, 0.0, 1.0, 0.3, 0.7], np.float32)[:, None]
    targets = np.array([0, 1, 0, 1, 0, 1, 0, 1, 1, 1], np.float32)[:, None]
    metric_case(out, 'binary_accuracy', 'BinaryAccuracy', predictions, targets)
    ties = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3], [0, 0, 1], [0.1, 0.8, 0.1]],
                    np.float32)
    metric_case(out, 'categorical_accuracy', 'CategoricalAccuracy', ties, np.eye(3, dtype=np.float32)[[0, 1, 1, 2, 0, 2, 0]])


def make(out):
    losses(out / 'losses')
    metrics(out / 'metrics')
