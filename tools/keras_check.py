# SPDX-License-Identifier: MIT
"""Checks the library against Keras itself: keras_check.py --exchange PROGRAM [--only golden|exchange]

golden    makes tests/golden anew and compares it with what is committed;
exchange  hands models in every format to and fro with the C++ program PROGRAM (tests/keras/keras_exchange.cpp).
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
            from keras_exchange import Exchange
            Exchange(report, arguments.exchange.resolve(), scratch).run_all()
    print(f'{report.failed} failed' if report.failed else 'Keras agrees')
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
