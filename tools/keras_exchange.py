# SPDX-License-Identifier: MIT
"""Hands models to and fro between Keras and the C++ program tests/keras/keras_exchange.cpp:
   PROGRAM NETWORK IN INPUT.npy PREDICTION.npy [OUT...]   loads IN, predicts INPUT, saves in the format of each OUT."""
import json
import struct
import subprocess
import zipfile

import keras_models as models
import numpy as np
from keras_models import keras, tf_keras

PREDICTION_TOLERANCE = 1e-5
LEAST_SPREAD = 1e-3       # predictions closer to each other than this would agree whatever the model is


def compare_predictions(expected, received):
    if expected.shape != received.shape:
        return False, f'expected shape {expected.shape}, received {received.shape}'
    spread = float(np.max(np.ptp(expected, axis=0)))
    if not spread >= LEAST_SPREAD:
        return False, f'expected predictions that tell the pictures apart, received {np.ravel(expected)}'
    difference = float(np.max(np.abs(expected - received)))
    return difference <= PREDICTION_TOLERANCE, f'largest difference {difference:.2g} of {PREDICTION_TOLERANCE:g} allowed'


def compare_arrays(expected, received):
    if len(expected) != len(received):
        return False, f'expected {len(expected)} arrays, received {len(received)}'
    for i, (a, b) in enumerate(zip(expected, received)):
        if a.shape != b.shape or a.tobytes() != b.tobytes():
            return False, f'array {i} of shape {a.shape}: expected the same bits, received others of shape {b.shape}'
    return True, f'{len(expected)} arrays of the same bits'


def read_safetensors(file):
    """By the format's description alone: {name: array}."""
    bytes_ = file.read_bytes()
    length, = struct.unpack_from('<Q', bytes_)
    header, data = json.loads(bytes_[8:8 + length]), bytes_[8 + length:]
    return {name: np.frombuffer(data[slice(*entry['data_offsets'])], '<f4').reshape(entry['shape'])
            for name, entry in header.items() if name != '__metadata__'}


def pack_anew(file):
    """The same archive, deflated, as some tool may have left it."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)


class Exchange:
    def __init__(self, report, program, scratch):
        self.report, self.program, self.scratch = report, program, scratch

    def begin(self, network):
        self.network, self.images = network, models.pictures(models.NETWORKS[network][0])
        self.input = self.scratch / 'input.npy'
        np.save(self.input, self.images)

    def predict(self, model):
        return model.predict(self.images, verbose=0)

    def run(self, source, *saved):
        out = self.scratch / 'prediction.npy'
        out.unlink(missing_ok=True)
        subprocess.run([self.program, self.network, source, self.input, out, *saved], check=True, capture_output=True, text=True)
        return np.load(out)

    def saved_by_graft(self, source, model=None):
        """What the C++ side saved, in each of its formats, read by both generations; model: has the same weights, or none does."""
        names = ('cpp.h5', 'cpp.keras', 'cpp.weights.h5', 'cpp.safetensors')
        h5, zipped, weights, safetensors = files = [self.scratch / name for name in names]
        prediction = None

        def save():
            nonlocal prediction
            prediction = self.run(source, *files)
            return all(file.is_file() for file in files), f'{[file.stat().st_size for file in files]} bytes, ' \
                f'predictions {np.round(np.ravel(prediction).astype(float), 4).tolist()}'

        def check(what, library, load):
            self.report.attempt(f'{self.network}: {what} saved by graft, loaded by {library.__name__} {library.__version__}',
                                lambda: compare_predictions(self.predict(load()), prediction))

        self.report.attempt(f'{self.network}: loaded and saved by graft', save)
        check('.h5', tf_keras, lambda: tf_keras.models.load_model(h5))
        check('.h5', keras, lambda: keras.models.load_model(h5))
        check('.keras', keras, lambda: keras.models.load_model(zipped))

        def with_weights():
            keras.backend.clear_session()
            other = models.grafted(keras, self.network)
            other.load_weights(weights)
            return other

        check('.weights.h5', keras, with_weights)
        if model is not None:
            self.report.attempt(f'{self.network}: .safetensors saved by graft', lambda: compare_arrays(
                [np.asarray(w, '<f4') for layer in model.layers for w in layer.get_weights()], list(read_safetensors(safetensors).values())))
        for file in files:
            file.unlink(missing_ok=True)

    def load(self, name, file_name, expected, save, after=lambda file: None):
        """`save` writes the file; the C++ side loads it and predicts."""
        file = self.scratch / file_name
        save(file)
        after(file)
        self.report.attempt(f'{self.network}: {name}, loaded by graft', lambda: compare_predictions(expected, self.run(file)))
        file.unlink(missing_ok=True)

    def formats_of(self, model, library, what=''):
        """A model in every format that its library writes."""
        expected, name = self.predict(model), f'{library.__name__}{what}'
        self.load(f'{name} .h5', 'model.h5', expected, model.save)
        self.load(f'{name} .keras', 'model.keras', expected, model.save)
        self.load(f'{name} .weights.h5', 'model.weights.h5', expected, model.save_weights)

    def all_of(self, network):
        """One network to and fro; returns the model in tf_keras and its predictions."""
        self.begin(network)
        model = models.keras_2(network, self.images)
        source = self.scratch / 'source.h5'
        model.save(source)
        self.saved_by_graft(source, model)
        source.unlink()
        self.formats_of(model, tf_keras)
        newer = models.keras_3(network, model)
        self.report.line(f'{network}: the same weights in keras and tf_keras',
                         *compare_predictions(self.predict(model), self.predict(newer)))
        self.formats_of(newer, keras)
        return model

    def inception_v3(self):
        model = self.all_of('inception_v3')
        self.saved_by_graft('seed')
        named = models.named_from_one(model)
        self.load('tf_keras .h5, names conv2d_1 ...', 'model.h5', self.predict(named), named.save)
        del named
        self.load('tf_keras weights only, names conv2d ...', 'weights.h5', self.predict(model),
                  lambda file: model.save_weights(file, save_format='h5'))
        model.compile(optimizer=tf_keras.optimizers.RMSprop(1e-7), loss='binary_crossentropy', metrics=['accuracy'])
        model.train_on_batch(self.images, np.array([[0], [1], [1]], np.float32))
        self.load('tf_keras .h5 after a training step, with its optimizer', 'model.h5', self.predict(model), model.save)
        self.load('tf_keras .keras after a training step', 'model.keras', self.predict(model), model.save)
        model = models.keras_2('inception_v3', self.images, offset=True)
        self.load('tf_keras .h5, second in its process: conv2d_94 ...', 'model.h5', self.predict(model), model.save)
        self.load('tf_keras weights only, second in its process', 'weights.h5', self.predict(model),
                  lambda file: model.save_weights(file, save_format='h5'))
        newer = models.keras_3('inception_v3', model)
        self.load('keras .keras, deflated', 'model.keras', self.predict(newer), newer.save, pack_anew)

    def mobile_net(self):
        model = self.all_of('mobile_net')
        for library in (tf_keras, keras):
            inside = models.nested_as(library, 'mobile_net', model)
            expected = self.predict(inside)
            self.load(f'{library.__name__} .keras, a model in a model', 'model.keras', expected, inside.save)
            self.load(f'{library.__name__} .weights.h5, a model in a model', 'model.weights.h5', expected, inside.save_weights)

    def run_all(self):
        self.inception_v3()
        self.mobile_net()
        for network in models.NETWORKS:
            if network not in ('inception_v3', 'mobile_net'):
                self.all_of(network)
