# SPDX-License-Identifier: MIT
"""Makes tests/golden/ with Keras itself: make_golden.py FOLDER [PART...]; without parts, all of them.

The environment is that of tools/requirements-keras.txt. What the files hold is in tests/golden/README.md."""
import importlib
import pathlib
import sys

PARTS = ['layers', 'optimizers', 'losses', 'fit', 'fine_tune', 'inception_v3', 'applications', 'trained', 'configs']


def make(folder, parts=()):
    for part in parts or PARTS:
        importlib.import_module(f'golden.{part}').make(pathlib.Path(folder))


if __name__ == '__main__':
    if len(sys.argv) < 2 or any(part not in PARTS for part in sys.argv[2:]):
        sys.exit(f'expected make_golden.py FOLDER [{"|".join(PARTS)}]..., received {sys.argv[1:]}')
    make(sys.argv[1], sys.argv[2:])
