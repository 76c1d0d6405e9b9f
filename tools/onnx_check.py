#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks exported models with onnxruntime: onnx_check.py --exchange PROGRAM [--weights FOLDER]

PROGRAM (tests/onnx/onnx_exchange.cpp) writes models, inputs and its own predictions; FOLDER holds pretrained MobileNets,
which are left out otherwise. Each model must pass onnx.checker, with shape inference, and onnxruntime must
compute the same from it, for all samples at once and for the first alone.
Prints one line a model and exits with 1 when one failed. The environment is that of tools/requirements-onnx.txt."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-4     # largest |difference|
LEAST_SPREAD = 1e-3  # outputs closer to each other than this would agree whatever the model is


def check(folder, name):
    """Whether a model is right, and what to say of it."""
    file = folder / f'{name}.onnx'
    onnx.checker.check_model(onnx.load(file), full_check=True)
    given, expected = np.load(folder / f'{name}.input.npy'), np.load(folder / f'{name}.output.npy')
    session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
    source, = session.get_inputs()
    sink, = session.get_outputs()
    if list(given.shape[1:]) != source.shape[1:] or list(expected.shape[1:]) != sink.shape[1:]:
        return False, f'expected {given.shape[1:]} -> {expected.shape[1:]}, received {source.shape} -> {sink.shape}'
    if np.ptp(expected) < LEAST_SPREAD:
        return False, f'expected outputs that differ, received {np.ravel(expected)[:5]}'
    worst = 0.0
    for count in (len(given), 1):
        received, = session.run([sink.name], {source.name: given[:count]})
        if received.shape != expected[:count].shape or not np.all(np.isfinite(received)):
            return False, f'expected {expected[:count].shape} finite numbers, received {received.shape}'
        worst = max(worst, float(np.max(np.abs(received - expected[:count]))))
    return worst <= TOLERANCE, (f'largest difference {worst:.2g} of {TOLERANCE:g} allowed, largest value {np.max(np.abs(expected)):.3g}, '
                                 f'{source.name} {given.shape} -> {sink.name} {expected.shape}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--exchange', type=pathlib.Path, required=True, metavar='PROGRAM')
    parser.add_argument('--weights', type=pathlib.Path, metavar='FOLDER')
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix='graft_onnx_') as folder:
        folder = pathlib.Path(folder)
        command = [arguments.exchange.resolve(), folder] + ([arguments.weights] if arguments.weights else [])
        names = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        for name in names:
            try:
                good, text = check(folder, name)
            except Exception as error:  # noqa: BLE001: whatever the checker or the runtime finds wrong
                good, text = False, f'{type(error).__name__}: {str(error)[:600]}'
            failed += not good
            print(f'{"ok  " if good else "FAIL"} {name}: {text}', flush=True)
    if not names:
        sys.exit('expected models, received none')
    print(f'{failed} failed' if failed else f'onnxruntime {onnxruntime.__version__} agrees with all {len(names)} models')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
