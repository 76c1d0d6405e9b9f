# SPDX-License-Identifier: MIT
"""The head's training step in Keras on TensorFlow: train_on_batch, or one tf.function, or that compiled by XLA."""

import tensorflow as tf

import driver
import tensorflow_network

arguments = driver.arguments()
tensorflow_network.set_threads(arguments.threads)
tf.keras.utils.set_random_seed(0)
numpy_batches = driver.head_batches(arguments.data, arguments.batch)
X, Y = ([tf.constant(v) for v in values] for values in numpy_batches)
model = tf.keras.Sequential([
    tf.keras.layers.Input((7 * 7 * 768,)), tf.keras.layers.Dense(1024, activation="relu"), tf.keras.layers.Dropout(0.2),
    tf.keras.layers.Dense(1, activation="sigmoid")])
optimizer = tf.keras.optimizers.RMSprop(learning_rate=1e-4)
loss_of = tf.keras.losses.BinaryCrossentropy()
model.compile(optimizer=optimizer, loss=loss_of)
optimizer.build(model.trainable_variables)


@tf.function(jit_compile=arguments.variant == "XLA")
def function(x, y):
    with tf.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss


steps = 0


def step():
    global steps
    x, y = X[steps % len(X)], Y[steps % len(Y)]
    steps += 1
    if arguments.variant == "keras":
        model.train_on_batch(x, y)
    else:
        function(x, y).numpy()


for _ in range(5):
    step()
driver.serve(tf.__version__, "", step)
