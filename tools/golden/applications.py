# SPDX-License-Identifier: MIT
"""tests/golden/applications/NAME/: what Keras' applications are, layer by layer, and what they compute of an image with weights that
tests make again by a formula."""
import zlib

from unittest import mock

from .common import agree, keras, layer_table, np, pattern_image, save, tf_keras
from .inception_v3 import keras_2_0_name
from .squeeze_net import squeeze_net


def efficient_net_b0(library, shape, include_top=False):
    """What weights='imagenet' builds, which None does not: with the second rescaling. The weights stay away, and any size will do."""
    module = library.src.applications.efficientnet
    files = module.data_utils if library is tf_keras else module.file_utils
    with mock.patch.object(files, 'get_file'), mock.patch.object(library.Model, 'load_weights'), \
            mock.patch.object(module.imagenet_utils, 'obtain_input_shape', return_value=shape):
        return library.applications.EfficientNetB0(input_shape=shape, include_top=include_top, weights='imagenet')


# name: (how a library builds it, image sizes). Odd sizes, which show every padding.
APPLICATIONS = {
    'densenet121_top': (lambda library, shape: library.applications.DenseNet121(input_shape=shape, weights=None), [(75, 97)]),
    'resnet50_top': (lambda library, shape: library.applications.ResNet50(input_shape=shape, weights=None), [(75, 97)]),
    'squeeze_net_top': (lambda library, shape: squeeze_net(library, shape, include_top=True), [(75, 97)]),
    'xception_top': (lambda library, shape: library.applications.Xception(input_shape=shape, weights=None), [(75, 97)]),
    'densenet121': (lambda library, shape: library.applications.DenseNet121(input_shape=shape, include_top=False, weights=None),
                    [(75, 97)]),
    'efficient_net_b0': (efficient_net_b0, [(75, 97), (64, 64)]),
    'efficient_net_b0_top': (lambda library, shape: efficient_net_b0(library, shape, include_top=True), [(32, 47)]),
    'inception_v3_top': (lambda library, shape: library.applications.InceptionV3(input_shape=shape, weights=None), [(75, 97)]),
    'mobile_net_25_top': (lambda library, shape: library.applications.MobileNet(input_shape=shape, alpha=0.25, weights=None),
                          [(75, 97)]),
    'mobile_net_v2_35_top': (lambda library, shape: library.applications.MobileNetV2(input_shape=shape, alpha=0.35, weights=None),
                             [(75, 97)]),
    'vgg16_top': (lambda library, shape: library.applications.VGG16(input_shape=shape, weights=None), [(49, 65)]),
    'mobile_net': (lambda library, shape: library.applications.MobileNet(input_shape=shape, include_top=False, weights=None),
                   [(75, 97)]),
    'mobile_net_25': (lambda library, shape: library.applications.MobileNet(input_shape=shape, alpha=0.25, include_top=False,
                                                                           weights=None), [(96, 64)]),
    'mobile_net_v2_35': (lambda library, shape: library.applications.MobileNetV2(input_shape=shape, alpha=0.35, include_top=False,
                                                                                weights=None), [(75, 97)]),
    'resnet50': (lambda library, shape: library.applications.ResNet50(input_shape=shape, include_top=False, weights=None),
                 [(75, 97)]),
    'squeeze_net': (squeeze_net, [(75, 97)]),
    'vgg16': (lambda library, shape: library.applications.VGG16(input_shape=shape, include_top=False, weights=None),
              [(49, 65)]),
    'vgg19': (lambda library, shape: library.applications.VGG19(input_shape=shape, include_top=False, weights=None), [(32, 47)]),
    'xception': (lambda library, shape: library.applications.Xception(input_shape=shape, include_top=False, weights=None),
                 [(75, 97)]),
}
ONLY_LAYERS = ('densenet121_top', 'resnet50_top', 'xception_top')  # pooling and Dense on what is computed elsewhere
TAKES_PIXELS = ('efficient_net_b0', 'efficient_net_b0_top')  # from 0 to 255


def published_name(application, layer):
    """Automatic names are those of Keras 2.0, which count from 1; EfficientNet came later. Keras 3 has another for the input."""
    layer = 'input_1' if layer == 'input_layer' else layer
    return layer if application.startswith('efficient') else keras_2_0_name(layer)


def uniform(name, count):
    """Numbers from -1 to 1 out of a name and an index: murmur3's finishing mix of 32 bits."""
    h = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + zlib.crc32(name.encode())).astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(factor)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2.0**23 - 1.0


def weight(name, shape):
    """Kernels that keep the size of what passes a linear layer, and statistics near those of such values."""
    u = uniform(name, int(np.prod(shape))).reshape(shape)
    kind = name.split('/')[-1]
    if kind == 'depthwise_kernel':
        u *= np.sqrt(3.0 / (shape[0] * shape[1]))
    elif kind in ('kernel', 'pointwise_kernel'):
        u *= np.sqrt(3.0 / np.prod(shape[:-1]))
    else:
        centre, spread = {'gamma': (1.0, 0.3), 'beta': (0.0, 0.3), 'moving_mean': (0.0, 0.2), 'moving_variance': (1.0, 0.5),
                          'bias': (0.0, 0.2), 'mean': (0.5, 0.2), 'variance': (0.3, 0.2), 'count': (0.0, 0.0)}[kind]
        u = centre + spread * u
    return u.astype(np.float32)


def weights_of(model, name_of=lambda name: name):
    """For each layer with weights: its name and their arrays, as tf_keras names and orders them."""
    names = lambda layer: [f"{name_of(layer.name)}/{v.name.split('/')[-1].split(':')[0]}" for v in layer.weights]
    return {layer.name: [weight(name, tuple(v.shape)) for name, v in zip(names(layer), layer.weights)]
            for layer in model.layers if layer.weights}


def make(out):
    for name, (build, sizes) in APPLICATIONS.items():
        name_of = lambda layer, name=name: published_name(name, layer)
        folder = out / 'applications' / name
        folder.mkdir(parents=True, exist_ok=True)
        for height, width in sizes:
            shape = (height, width, 3)
            tf_keras.backend.clear_session()
            keras.backend.clear_session()
            model, new = build(tf_keras, shape), build(keras, shape)
            if (height, width) == sizes[0]:  # tf_keras has an anonymous operation in place of a layer of EfficientNet
                (folder / 'layers.tsv').write_text(layer_table(new if name in TAKES_PIXELS else model, name_of))
            if name in ONLY_LAYERS:
                continue
            weights = weights_of(model, name_of)
            for old_layer, new_layer in zip(model.layers, new.layers, strict=True):  # by place: Keras 3 has no slash in a name
                if old_layer.name in weights:
                    for each in (old_layer, new_layer):
                        each.set_weights(weights[old_layer.name])
                        if hasattr(each, 'finalize_state'):  # Normalization computes with copies of its weights
                            each.finalize_state()
            image = pattern_image(height, width) * np.float32(255 if name in TAKES_PIXELS else 1)
            output = model(image, training=False).numpy()
            largest = np.abs(output).max()
            agree(name, output / largest, np.array(new(image, training=False)) / largest, 1e-5)
            # Every 37th value: 37 shares no factor with the numbers of channels, so that all kinds are among them.
            save(folder, **{f'output_{height}x{width}': output.ravel()[::37], f'largest_{height}x{width}': largest})
