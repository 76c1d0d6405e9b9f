# SPDX-License-Identifier: MIT
"""tests/golden/layers/: each layer's output and gradients on small random tensors."""
from .common import agree, generator, keras, normal, np, save, tf, tf_keras

CONVOLUTIONS = {  # name: (input shape without the batch, filters, arguments)
    'conv2d_3x3_valid': ((6, 7, 3), 5, dict(kernel_size=3)),
    'conv2d_3x3_valid_no_bias': ((6, 7, 3), 5, dict(kernel_size=3, use_bias=False)),
    'conv2d_3x3_same': ((6, 7, 3), 5, dict(kernel_size=3, padding='same')),
    'conv2d_3x3_same_relu': ((6, 7, 3), 5, dict(kernel_size=3, padding='same', activation='relu')),
    'conv2d_3x3_same_stride2_odd': ((7, 9, 3), 4, dict(kernel_size=3, padding='same', strides=2)),
    'conv2d_3x3_same_stride2_even': ((6, 8, 3), 4, dict(kernel_size=3, padding='same', strides=2)),
    'conv2d_3x3_valid_stride2': ((7, 8, 3), 4, dict(kernel_size=3, strides=2, use_bias=False)),
    'conv2d_1x7_same': ((5, 9, 4), 6, dict(kernel_size=(1, 7), padding='same', use_bias=False)),
    'conv2d_7x1_same': ((9, 5, 4), 6, dict(kernel_size=(7, 1), padding='same', use_bias=False)),
    'conv2d_5x5_same': ((7, 6, 3), 4, dict(kernel_size=5, padding='same', use_bias=False)),
    'conv2d_5x5_same_small_map': ((2, 3, 3), 4, dict(kernel_size=5, padding='same')),
    'conv2d_1x1': ((4, 5, 6), 7, dict(kernel_size=1, use_bias=False)),
    'conv2d_1x1_stride2': ((5, 6, 4), 3, dict(kernel_size=1, strides=2)),
    'conv2d_3x3_same_wide_relu': ((5, 6, 16), 33, dict(kernel_size=3, padding='same', activation='relu')),
    'conv2d_1x1_swish': ((4, 5, 6), 19, dict(kernel_size=1, activation='swish')),
}

DEPTHWISE = {  # name: (input shape without the batch, arguments)
    'depthwise_conv2d_3x3_same': ((6, 7, 5), dict(kernel_size=3, padding='same')),
    'depthwise_conv2d_3x3_same_stride2_even': ((6, 8, 5), dict(kernel_size=3, padding='same', strides=2)),
    'depthwise_conv2d_3x3_valid_stride2': ((7, 9, 5), dict(kernel_size=3, strides=2, use_bias=False)),
    'depthwise_conv2d_3x3_multiplier_relu': ((5, 6, 4), dict(kernel_size=3, depth_multiplier=2, activation='relu')),
    'depthwise_conv2d_5x5_same_wide': ((7, 6, 37), dict(kernel_size=5, padding='same')),
    'depthwise_conv2d_3x3_same_swish': ((5, 6, 19), dict(kernel_size=3, padding='same', activation='swish')),
}

SEPARABLE = {  # name: (input shape without the batch, filters, arguments)
    'separable_conv2d_3x3_same': ((6, 7, 5), 4, dict(kernel_size=3, padding='same', use_bias=False)),
    'separable_conv2d_3x3_same_stride2_odd_relu': ((7, 9, 3), 6, dict(kernel_size=3, padding='same', strides=2, activation='relu')),
    'separable_conv2d_3x3_valid_multiplier': ((5, 6, 4), 7, dict(kernel_size=3, depth_multiplier=2)),
    'separable_conv2d_5x5_same_wide': ((7, 6, 37), 18, dict(kernel_size=5, padding='same')),
}

POOLS = {  # name without the kind: (input shape without the batch, arguments)
    '2x2_stride2_valid_even': ((6, 8, 5), dict(pool_size=2)),
    '2x2_stride2_valid_odd': ((7, 9, 5), dict(pool_size=2)),
    '3x3_stride2_valid_odd': ((7, 9, 5), dict(pool_size=3, strides=2)),
    '3x3_stride2_valid_even': ((6, 8, 5), dict(pool_size=3, strides=2)),
    '3x3_stride1_same': ((5, 6, 5), dict(pool_size=3, strides=1, padding='same')),
    '3x3_stride2_same_odd': ((7, 9, 5), dict(pool_size=3, strides=2, padding='same')),
    '3x3_stride2_same_even': ((6, 8, 5), dict(pool_size=3, strides=2, padding='same')),
}


def parameter_name(variable):
    return variable.name.split('/')[-1].split(':')[0]


def run(layer, inputs, weights, training, upstream=None):
    """Output, gradients of sum(output * upstream), and the weights after the call."""
    tensors = [tf.constant(x) for x in inputs]
    call = lambda: layer(tensors if len(tensors) > 1 else tensors[0], training=training)
    if weights or not layer.built:
        call()
        if weights:
            layer.set_weights(weights)
            if hasattr(layer, 'finalize_state'):  # Normalization computes with copies of its weights
                layer.finalize_state()
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        output = call()
        total = tf.reduce_sum(output * (0.0 if upstream is None else upstream))
    variables = list(layer.trainable_weights)
    values = [v if hasattr(v, 'handle') else v.value for v in variables]
    gradients = tape.gradient(total, tensors + values)
    gradients = [np.zeros(x.shape, np.float32) if g is None else g.numpy() for g, x in zip(gradients, tensors + values)]
    names = [parameter_name(v) for v in variables]
    after = {parameter_name(v): np.array(v) for v in layer.weights}
    return output.numpy(), gradients[:len(tensors)], dict(zip(names, gradients[len(tensors):])), after


def case(out, name, make, inputs, weights=(), training=False):
    """`make(library)` builds the layer in tf_keras or in keras; both must agree on everything saved without a suffix."""
    weights = list(weights)
    old_layer, new_layer = make(tf_keras), make(keras)
    shape = run(make(tf_keras), inputs, weights, training)[0].shape
    upstream = normal(generator(name + ' output gradient'), *shape)
    output, input_gradients, gradients, after = run(old_layer, inputs, weights, training, upstream)
    output_3, input_gradients_3, gradients_3, after_3 = run(new_layer, inputs, weights, training, upstream)
    agree(name, output, output_3)
    for a, b in zip(input_gradients, input_gradients_3):
        agree(name + ' input', a, b, 1e-5)
    for parameter, a, b in zip(gradients, gradients.values(), gradients_3.values()):  # Keras 3 may name it otherwise
        agree(f'{name} {parameter}', a, b, 1e-5)
    arrays = dict(output=output, output_gradient=upstream)
    many = len(inputs) > 1
    for i, (x, g) in enumerate(zip(inputs, input_gradients)):
        suffix = f'_{i}' if many else ''
        arrays[f'input{suffix}'], arrays[f'input{suffix}_gradient'] = x, g
    if weights:
        arrays.update(zip([parameter_name(v) for v in old_layer.weights], weights))
    arrays.update({f'{k}_gradient': g for k, g in gradients.items()})
    if training:
        agree(name, after['moving_mean'], after_3['moving_mean'])
        arrays['new_moving_mean'] = after['moving_mean']
        arrays['new_moving_variance_keras2'] = after['moving_variance']
        arrays['new_moving_variance_keras3'] = after_3['moving_variance']
    save(out / name, **arrays)


def weighted(out):
    for activation in ('linear', 'relu', 'sigmoid', 'swish', 'tanh', 'softmax'):
        name = f'dense_{activation}'
        random = generator(name)
        case(out, name, lambda library: library.layers.Dense(5, activation=activation), [normal(random, 2, 11)],
             [normal(random, 11, 5, scale=0.4), normal(random, 5, scale=0.5)])
    for name, (shape, filters, arguments) in CONVOLUTIONS.items():
        random = generator(name)
        size = arguments['kernel_size']
        size = size if isinstance(size, tuple) else (size, size)
        scale = (size[0] * size[1] * shape[-1]) ** -0.5
        weights = [normal(random, *size, shape[-1], filters, scale=scale)]
        if arguments.get('use_bias', True):
            weights.append(normal(random, filters, scale=0.5))
        case(out, name, lambda library: library.layers.Conv2D(filters, **arguments), [normal(random, 2, *shape)], weights)
    for name, (shape, arguments) in DEPTHWISE.items():
        random = generator(name)
        size, multiplier = arguments['kernel_size'], arguments.get('depth_multiplier', 1)
        weights = [normal(random, size, size, shape[-1], multiplier, scale=1 / size)]
        if arguments.get('use_bias', True):
            weights.append(normal(random, shape[-1] * multiplier, scale=0.5))
        case(out, name, lambda library: library.layers.DepthwiseConv2D(**arguments), [normal(random, 2, *shape)], weights)
    for name, (shape, filters, arguments) in SEPARABLE.items():
        random = generator(name)
        size, multiplier = arguments['kernel_size'], arguments.get('depth_multiplier', 1)
        inner = shape[-1] * multiplier
        weights = [normal(random, size, size, shape[-1], multiplier, scale=1 / size),
                   normal(random, 1, 1, inner, filters, scale=inner ** -0.5)]
        if arguments.get('use_bias', True):
            weights.append(normal(random, filters, scale=0.5))
        case(out, name, lambda library: library.layers.SeparableConv2D(filters, **arguments), [normal(random, 2, *shape)], weights)
    for scale in (True, False):
        for training in (False, True):
            name = 'batch_normalization' + ('' if scale else '_no_scale') + ('_training' if training else '')
            random = generator(name)
            vectors = [normal(random, 6, mean=1.0, scale=0.3)] if scale else []
            vectors += [normal(random, 6, scale=0.5), normal(random, 6), random.uniform(0.2, 2.0, 6).astype(np.float32)]
            case(out, name, lambda library: library.layers.BatchNormalization(scale=scale, epsilon=1e-3, momentum=0.99),
                 [normal(random, 2, 4, 5, 6, mean=0.5, scale=1.5)], vectors, training)


    random = generator('normalization')
    case(out, 'normalization', lambda library: library.layers.Normalization(), [normal(random, 2, 3, 4, 5)],
         [normal(random, 5), np.array([0.5, 2.0, 0.25, 1e-2, 7.0], np.float32), np.array(12)])


def weightless(out):
    for activation in ('linear', 'relu', 'sigmoid', 'swish', 'tanh', 'softmax'):
        name = f'activation_{activation}'
        x = normal(generator(name), 2, 3, 4, 5, scale=2.0)
        x[0, 0, 0, 0] = 0.0  # the kink of relu
        case(out, name, lambda library: library.layers.Activation(activation), [x])
    x = normal(generator('activation_relu6'), 2, 3, 4, 5, scale=5.0)
    x[0, 0, 0, :2] = 0.0, 6.0  # both kinks
    case(out, 'activation_relu6', lambda library: library.layers.ReLU(max_value=6.0), [x])
    for kind, layer in (('max', 'MaxPooling2D'), ('average', 'AveragePooling2D')):
        for pool, (shape, arguments) in POOLS.items():
            name = f'{kind}_pooling2d_{pool}'
            # Mostly negative: a padding that counted as zeros would show.
            case(out, name, lambda library: getattr(library.layers, layer)(**arguments),
                 [normal(generator(name), 2, *shape, mean=-1.5)])
    random = generator('max_pooling2d_ties')
    ties = np.maximum(random.integers(-2, 3, (2, 7, 9, 5)), 0).astype(np.float32)  # as after relu: many equal cells
    case(out, 'max_pooling2d_3x3_stride2_valid_ties', lambda library: library.layers.MaxPooling2D(3, strides=2), [ties])
    simple = {'flatten': lambda library: library.layers.Flatten(),
              'global_average_pooling2d': lambda library: library.layers.GlobalAveragePooling2D(),
              'zero_padding2d': lambda library: library.layers.ZeroPadding2D(((0, 1), (2, 3))),
              'global_average_pooling2d_keepdims': lambda library: library.layers.GlobalAveragePooling2D(keepdims=True),
              'reshape': lambda library: library.layers.Reshape((2, 6, 5)),
              'rescaling': lambda library: library.layers.Rescaling(1 / 127.5, -1.0),
              'rescaling_channels': lambda library: library.layers.Rescaling([0.5, 2.0, -0.25, 1.0, 0.3], [0.0, 0.1, 0.2, 0.3, 0.4]),
              'dropout_inference': lambda library: library.layers.Dropout(0.2)}
    for name, make in simple.items():
        case(out, name, make, [normal(generator(name), 2, 3, 4, 5)])
    random = generator('multiply')
    case(out, 'multiply', lambda library: library.layers.Multiply(), [normal(random, 2, 3, 4, 5), normal(random, 2, 3, 4, 5)])
    random = generator('multiply_channels')
    case(out, 'multiply_channels', lambda library: library.layers.Multiply(), [normal(random, 2, 3, 4, 5), normal(random, 2, 1, 1, 5)])
    random = generator('concatenate')
    case(out, 'concatenate', lambda library: library.layers.Concatenate(),
         [normal(random, 2, 3, 4, channels) for channels in (2, 5, 3)])


def make(out):
    weighted(out / 'layers')
    weightless(out / 'layers')
