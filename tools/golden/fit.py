# SPDX-License-Identifier: MIT
"""tests/golden/fit/: what fit's history says when the last batch is a partial one."""
from .common import agree, generator, keras, normal, np, save, tf_keras
from .optimizers import MAP, PARAMETERS, head, initial_weights

TRAINING, VALIDATION, BATCH, EPOCHS = 23, 17, 10, 2
COLUMNS = ('loss', 'accuracy', 'val_loss', 'val_accuracy')


def fit(library, optimizer, weights, training, validation, units, activation, loss):
    model = head(library, units, activation)
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=loss, metrics=['accuracy'])
    history = model.fit(*training, batch_size=BATCH, epochs=EPOCHS, shuffle=False, validation_data=validation, verbose=0).history
    evaluated = model.evaluate(*validation, batch_size=BATCH, verbose=0)
    return np.array([history[c] for c in COLUMNS]).T, model.get_weights(), evaluated, model.predict(validation[0], verbose=0)


def case(out, name, weights, training, validation, units, activation, loss):
    results = [fit(library, library.optimizers.RMSprop(3e-3), weights, training, validation, units, activation, loss)
               for library in (keras, tf_keras)]
    history, last, evaluated, predictions = results[0]
    agree(name, history, results[1][0], 5e-6)
    agree(name, evaluated, history[-1, 2:], 1e-6)
    for mine, other in zip(last, results[1][1]):
        agree(name, mine, other, 5e-6)
    save(out / name, inputs=training[0], targets=training[1], validation_inputs=validation[0], validation_targets=validation[1],
         history=history, validation_predictions=predictions,
         **{f'initial_{p}': w for p, w in zip(PARAMETERS, weights)}, **{f'final_{p}': w for p, w in zip(PARAMETERS, last)})


def make(out):
    random = generator('fit')
    inputs = normal(random, TRAINING + VALIDATION, *MAP)
    labels = (inputs.mean(axis=(1, 2))[:, :3] * 3 + normal(random, len(inputs), 3, scale=0.5)).argmax(axis=-1)
    for name, units, activation, loss, targets in (
            ('binary', 1, 'sigmoid', 'binary_crossentropy', (labels == 1).astype(np.float32)[:, None]),
            ('categorical', 3, 'softmax', 'categorical_crossentropy', np.eye(3, dtype=np.float32)[labels])):
        case(out / 'fit', name, initial_weights(random, units), (inputs[:TRAINING], targets[:TRAINING]),
             (inputs[TRAINING:], targets[TRAINING:]), units, activation, loss)
