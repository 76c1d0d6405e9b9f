# SPDX-License-Identifier: MIT
"""The whole job in Keras on TensorFlow: one model, frozen up to mixed7, and fit, as tutorials have it; or `once`: features
are computed once and kept, as graft does it."""

import time

import numpy as np
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator

import driver
import tensorflow_network

BATCH = 20

start = time.perf_counter()
arguments = driver.arguments()
tensorflow_network.set_threads(arguments.threads)
tf.keras.utils.set_random_seed(42)
backbone = tensorflow_network.model(arguments.network, arguments.weights)
once = arguments.variant == "once"


def images(part, shuffle):
    flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        arguments.images / part, target_size=(150, 150), batch_size=BATCH, class_mode="binary", shuffle=shuffle)
    flow.workers = arguments.threads  # threads that decode ahead
    return flow


def features(part):
    flow = images(part, shuffle=False)
    return backbone.predict(flow, verbose=0), flow.classes.astype(np.float32)[:, None]


head = [tf.keras.layers.Flatten(), tf.keras.layers.Dense(1024, activation="relu"), tf.keras.layers.Dropout(0.2),
        tf.keras.layers.Dense(1, activation="sigmoid")]
x = y = tf.keras.layers.Input((7, 7, 768)) if once else backbone.output
for layer in head:
    y = layer(y)
model = tf.keras.Model(x if once else backbone.input, y)
model.compile(optimizer=tf.keras.optimizers.RMSprop(learning_rate=1e-4), loss="binary_crossentropy", metrics=["accuracy"])
if once:
    train = features("train")
    history = model.fit(*train, batch_size=BATCH, validation_data=features("validation"), validation_batch_size=BATCH,
                        epochs=arguments.epochs, verbose=0)
else:
    history = model.fit(images("train", shuffle=True), validation_data=images("validation", shuffle=False),
                        epochs=arguments.epochs, verbose=0)
print(f"job\t{time.perf_counter() - start:.2f}\t{history.history['val_accuracy'][-1]:.4f}", flush=True)
