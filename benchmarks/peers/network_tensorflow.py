# SPDX-License-Identifier: MIT
"""TensorFlow: Keras' model in a tf.function, or with its weights frozen into constants, or compiled by XLA."""

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import driver
import tensorflow_network

arguments = driver.arguments()
golden = driver.Golden(arguments.data, arguments.network)
tensorflow_network.set_threads(arguments.threads)
model = tensorflow_network.model(arguments.network, arguments.weights)
x = tf.constant(golden.batch(arguments.batch))
function = tf.function(lambda images: model(images, training=False), jit_compile=arguments.variant == "XLA")
if arguments.variant == "frozen":
    frozen = convert_variables_to_constants_v2(function.get_concrete_function(tf.TensorSpec(x.shape)))
    function = lambda images: frozen(images)[0]
for _ in range(3):
    y = function(x)
driver.serve(tf.__version__, f"error {golden.difference(y.numpy()):.1e}", lambda: function(x).numpy(), arguments.batch)
