# SPDX-License-Identifier: MIT
"""The seed job in Keras itself: Inception v3 cut at mixed7 and frozen, a new head, RMSprop(1e-4), batches of 20.

keras_seed.py WEIGHTS.h5 IMAGES OUT.csv [--seeds 1 2 3] [--epochs 10] [--head] [--legacy]

IMAGES holds train/ and validation/ with a folder for each class. Rows are appended to OUT.csv: run, seed, epoch (from 1), loss, accuracy, val_loss,
val_accuracy. --head computes the frozen part's features once and trains the head alone on them; --legacy takes tf_keras.optimizers.legacy.RMSprop,
whose epsilon stands outside the root. The environment is that of tools/requirements-keras.txt."""
import argparse
import csv
import os
import pathlib
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras as keras  # noqa: E402

SIDE, BATCH = 150, 20


def images(folder, shuffle):
    return keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255.).flow_from_directory(
        folder, target_size=(SIDE, SIDE), batch_size=BATCH, class_mode='binary', shuffle=shuffle)


def backbone(weights):
    base = keras.applications.InceptionV3(input_shape=(SIDE, SIDE, 3), include_top=False, weights=None)
    base.load_weights(weights)
    base.trainable = False
    return keras.Model(base.input, base.get_layer('mixed7').output)


def head(features):
    x = keras.layers.Flatten()(features)
    x = keras.layers.Dense(1024, activation='relu')(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.layers.Dense(1, activation='sigmoid')(x)


def train(model, training, validation, epochs, legacy):
    optimizers = keras.optimizers.legacy if legacy else keras.optimizers
    model.compile(optimizer=optimizers.RMSprop(learning_rate=1e-4), loss='binary_crossentropy', metrics=['accuracy'])
    x, y = training if isinstance(training, tuple) else (training, None)
    return model.fit(x, y, batch_size=None if y is None else BATCH, validation_data=validation, epochs=epochs, verbose=2).history


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights')
    parser.add_argument('images', type=pathlib.Path)
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3])
    parser.add_argument('--epochs', type=int, default=10)
    parser.add_argument('--head', action='store_true')
    parser.add_argument('--legacy', action='store_true')
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(os.cpu_count())
    run = 'tf_keras' + ('_legacy' if arguments.legacy else '') + ('_head' if arguments.head else '')
    cached = []
    if arguments.head:
        frozen = backbone(arguments.weights)
        for part in ('train', 'validation'):
            pictures = images(arguments.images / part, shuffle=False)
            cached.append((frozen.predict(pictures, verbose=0), pictures.classes.astype(np.float32)[:, None]))
    for seed in arguments.seeds:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        if arguments.head:
            inputs = keras.layers.Input(cached[0][0].shape[1:])
            model, data = keras.Model(inputs, head(inputs)), cached
        else:
            frozen = backbone(arguments.weights)
            model = keras.Model(frozen.input, head(frozen.output))
            data = [images(arguments.images / part, shuffle=part == 'train') for part in ('train', 'validation')]
        start = time.time()
        history = train(model, *data, arguments.epochs, arguments.legacy)
        print(f'{run} seed {seed}: {time.time() - start:.1f} s for {arguments.epochs} epochs', flush=True)
        columns = ('loss', 'accuracy', 'val_loss', 'val_accuracy')
        fresh = not arguments.out.exists()
        with arguments.out.open('a', newline='') as file:
            writer = csv.writer(file, lineterminator='\n')
            if fresh:
                writer.writerow(('run', 'seed', 'epoch', *columns))
            for epoch in range(len(history['loss'])):
                writer.writerow((run, seed, epoch + 1, *(f'{history[c][epoch]:.6g}' for c in columns)))


if __name__ == '__main__':
    main()
