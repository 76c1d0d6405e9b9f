# SPDX-License-Identifier: MIT
"""tests/golden/trained/NAME/: what Keras computes with trained weights that the repository does not carry. They are looked for in
$GRAFT_DATA/weights, or ../shared/data/weights beside the repository, as by the tests."""
import os
import pathlib

from .common import agree, keras, np, pattern_image, save, tf_keras
from .squeeze_net import squeeze_net

DATA = pathlib.Path(os.environ.get('GRAFT_DATA') or pathlib.Path(__file__).resolve().parents[2] / '../shared/data')

# name: (file, how a library builds the network, mode of preprocess_input, image size)
TRAINED = {'squeeze_net': ('squeezenet_1.1_notop.h5', squeeze_net, 'caffe', (75, 97))}


# A model of models, which only tf_keras reads: Keras 3 refuses the setting `groups` of its depthwise convolutions.
TEACHABLE_MACHINE = 'teachable_machine_keras_model.h5'


def available():
    return all((DATA / 'weights' / file).is_file() for file in [TEACHABLE_MACHINE, *(t[0] for t in TRAINED.values())])


def make_teachable_machine(out):
    model = tf_keras.models.load_model(DATA / 'weights' / TEACHABLE_MACHINE, compile=False)
    x = np.concatenate([pattern_image(224, 224), 1 - pattern_image(224, 224)]) * 2 - 1
    features, head = model.layers
    hidden = head.layers[0](features(x.astype(np.float32), training=False)).numpy()
    output = model(x.astype(np.float32), training=False).numpy()
    save(out / 'trained' / 'teachable_machine', hidden=hidden, output=output)


def make(out):
    if not available():
        print(f'trained: skipped, expected {[TEACHABLE_MACHINE, *(t[0] for t in TRAINED.values())]} in {DATA / "weights"}')
        return
    make_teachable_machine(out)
    for name, (file, build, mode, (height, width)) in TRAINED.items():
        image = np.round(pattern_image(height, width) * 255)
        outputs = []
        for library in (tf_keras, keras):
            model = build(library, (height, width, 3))
            model.load_weights(DATA / 'weights' / file)
            x = library.applications.imagenet_utils.preprocess_input(image.copy(), data_format='channels_last', mode=mode)
            outputs.append(np.array(model(x, training=False)))
        largest = np.abs(outputs[0]).max()
        agree(name, outputs[0] / largest, outputs[1] / largest, 1e-5)
        save(out / 'trained' / name, **{f'output_{height}x{width}': outputs[0].ravel()[::37], f'largest_{height}x{width}': largest})
