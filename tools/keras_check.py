# SPDX-License-Identifier: MIT
"""Checks the library against Keras itself: keras_check.py --exchange PROGRAM [--only golden|exchange]

golden    makes tests/golden anew and compares it with what is committed;
exchange  hands models to and fro with the C++ program PROGRAM (tests/keras/keras_exchange.cpp):
          PROGRAM save OUT.h5 INPUT.npy PREDICTION.npy    builds a model, saves it, writes its prediction
          PROGRAM load IN.h5 INPUT.npy PREDICTION.npy     loads a model that Keras saved, writes its prediction
Prints one line a check and exits with 1 when one failed. The environment is that of tools/requirements-keras.txt."""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN_FOLDERS = ('layers', 'optimizers', 'losses', 'metrics', 'fit', 'inception_v3', 'applications', 'trained')
GOLDEN_TOLERANCE = 1e-5   # |difference| / max(1, |value|): another CPU sums in another order
PREDICTION_TOLERANCE = 1e-5
LEAST_SPREAD = 1e-3       # predictions closer to each other than this would agree whatever the model is


class Report:
    failed = 0

    def line(self, name, good, text):
        self.failed += not good
        print(f'{"ok  " if good else "FAIL"} {name}: {text}', flush=True)

    def attempt(self, name, check):
        """Runs a check; what it raises is this check's failure and not the end of the others."""
        try:
            self.line(name, *check())
        except subprocess.CalledProcessError as error:
            self.line(name, False, f'exit code {error.returncode}: {(error.stderr or error.stdout or "").strip()[-600:]}')
        except Exception as error:  # noqa: BLE001: any other failure of the loaders is a finding, too
            self.line(name, False, f'{type(error).__name__}: {str(error)[:600]}')


def files(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file()} if folder.is_dir() else set()


def compare_golden(committed, fresh):
    worst, where = 0.0, '-'
    expected, received = files(fresh), files(committed)
    if not expected or expected != received:
        return False, f'expected the files that the maker makes, received differences in {sorted(expected ^ received)[:5]}'
    for name in sorted(expected):
        if not name.endswith('.npy'):
            if (committed / name).read_text() != (fresh / name).read_text():
                return False, f'{name}: the text differs'
            continue
        a, b = np.load(committed / name), np.load(fresh / name)
        if a.shape != b.shape or a.dtype != b.dtype:
            return False, f'{name}: expected {b.dtype}{b.shape}, received {a.dtype}{a.shape}'
        difference = float(np.max(np.abs(a.astype(np.float64) - b) / np.maximum(1.0, np.abs(b)), initial=0.0))
        if not np.isfinite(difference):
            return False, f'{name}: expected numbers, received {a[~np.isfinite(a)][:3]}'
        if difference > worst:
            worst, where = difference, name
    return worst <= GOLDEN_TOLERANCE, f'largest difference {worst:.2g} ({where}) of {GOLDEN_TOLERANCE:g} allowed, {len(expected)} files'


def check_golden(report, golden, scratch):
    subprocess.run([sys.executable, ROOT / 'tools/make_golden.py', scratch], check=True)
    for folder in GOLDEN_FOLDERS:
        if folder == 'trained' and not files(scratch / folder):
            continue  # the maker has said which weights it lacks
        report.attempt(f'golden {folder}', lambda: compare_golden(golden / folder, scratch / folder))


def compare_predictions(expected, received):
    if expected.shape != received.shape:
        return False, f'expected shape {expected.shape}, received {received.shape}'
    spread = float(np.max(np.ptp(expected, axis=0)))
    if not spread >= LEAST_SPREAD:
        return False, f'expected predictions that tell the pictures apart, received {np.ravel(expected)}'
    difference = float(np.max(np.abs(expected - received)))
    return difference <= PREDICTION_TOLERANCE, f'largest difference {difference:.2g} of {PREDICTION_TOLERANCE:g} allowed'


class Exchange:
    def __init__(self, report, program, scratch):
        import keras_models
        self.models, self.report, self.program, self.scratch = keras_models, report, program, scratch
        self.images = keras_models.pictures()
        self.input = scratch / 'input.npy'
        np.save(self.input, self.images)

    def run(self, command, file):
        out = self.scratch / 'prediction.npy'
        out.unlink(missing_ok=True)
        subprocess.run([self.program, command, file, self.input, out], check=True, capture_output=True, text=True)
        return np.load(out)

    def saved_there(self):
        """What the C++ side saved, loaded by both generations."""
        file = self.scratch / 'cpp.h5'
        prediction = None

        def save():
            nonlocal prediction
            prediction = self.run('save', file)
            return file.is_file(), f'{file.stat().st_size} bytes, predictions {np.round(np.ravel(prediction).astype(float), 4).tolist()}'

        self.report.attempt('saved by graft', save)
        for name, library in (('tf_keras', self.models.tf_keras), ('keras', self.models.keras)):
            self.report.attempt(f'saved by graft, loaded by {name} {library.__version__}', lambda: compare_predictions(
                library.models.load_model(file).predict(self.images, verbose=0), prediction))
        file.unlink(missing_ok=True)

    def load(self, name, expected, save):
        """`save` writes the file; the C++ side loads it and predicts."""
        file = self.scratch / 'keras.h5'
        save(file)
        self.report.attempt(f'{name}, loaded by graft', lambda: compare_predictions(expected, self.run('load', file)))
        file.unlink(missing_ok=True)

    def saved_here(self):
        predict = lambda model: model.predict(self.images, verbose=0)
        model = self.models.keras_2(self.images)
        expected = predict(model)
        self.load('tf_keras model, names conv2d ...', expected, model.save)
        self.load('tf_keras weights only, names conv2d ...', expected, model.save_weights)
        named = self.models.named_from_one(model)
        self.load('tf_keras model, names conv2d_1 ...', predict(named), named.save)
        del named
        newer = self.models.keras_3(model)
        self.report.line('the same weights in keras and tf_keras', *compare_predictions(expected, predict(newer)))
        self.load('keras model, .h5', predict(newer), newer.save)
        del newer
        model.compile(optimizer=self.models.tf_keras.optimizers.RMSprop(1e-7), loss='binary_crossentropy', metrics=['accuracy'])
        model.train_on_batch(self.images, np.array([[0], [1], [1]], np.float32))
        self.load('tf_keras model after a training step, with its optimizer', predict(model), model.save)
        del model
        model = self.models.keras_2(self.images, offset=True)
        expected = predict(model)
        self.load('tf_keras model, second in its process: conv2d_94 ...', expected, model.save)
        self.load('tf_keras weights only, second in its process', expected, model.save_weights)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--exchange', type=pathlib.Path, metavar='PROGRAM', help='the built tests/keras/keras_exchange')
    parser.add_argument('--only', choices=('golden', 'exchange'))
    parser.add_argument('--golden', type=pathlib.Path, default=ROOT / 'tests/golden')
    arguments = parser.parse_args()
    if arguments.only != 'golden' and not (arguments.exchange and arguments.exchange.is_file()):
        parser.error(f'expected --exchange with the path of the program keras_exchange, received {arguments.exchange}')
    warnings.filterwarnings('ignore', message='.*HDF5 file.*')
    report = Report()
    with tempfile.TemporaryDirectory(prefix='graft_keras_') as scratch:
        scratch = pathlib.Path(scratch)
        if arguments.only != 'exchange':
            check_golden(report, arguments.golden, scratch / 'golden')
        if arguments.only != 'golden':
            exchange = Exchange(report, arguments.exchange.resolve(), scratch)
            exchange.saved_there()
            exchange.saved_here()
    print(f'{report.failed} failed' if report.failed else 'Keras agrees')
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
