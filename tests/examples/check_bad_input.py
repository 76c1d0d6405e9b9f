#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gives the example program what it should refuse: check_bad_input.py PROGRAM
Each case must end with exit code 1, one line on standard error that begins with 'error:' and names the file and what was
expected, and leave alone what was in the output folder."""
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

DATA = pathlib.Path(__file__).resolve().parents[2] / 'examples' / 'data'
WEIGHTS = DATA / 'inception_v3_mixed7_f16.h5'
IMAGES = DATA / 'horse-or-human'


def png(width, height):
    """A PNG of one gray value, small on disk whatever its size."""
    def chunk(kind, body):
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
    rows = zlib.compress(bytes(height * (width + 1)), 9)
    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', rows) + chunk(b'IEND', b'')


class Case:
    def __init__(self, name, expected, weights=WEIGHTS, data=None, out=None, extra=()):
        self.name, self.expected, self.weights, self.data, self.out, self.extra = name, expected, weights, data, out, extra


def small_data(folder, change):
    """Two images a class, with one change."""
    for part in ('train', 'validation'):
        for kind in ('horses', 'humans'):
            target = folder / part / kind
            target.mkdir(parents=True)
            for image in sorted((IMAGES / part / kind).iterdir())[:2]:
                shutil.copy(image, target)
    change(folder)
    return folder


def cases(scratch):
    truncated, text = scratch / 'truncated.h5', scratch / 'text.h5'
    truncated.write_bytes(WEIGHTS.read_bytes()[:100_000])
    text.write_text('these are no weights\n')
    yield Case('missing weights', ['nowhere.h5', 'expected'], weights=scratch / 'nowhere.h5')
    yield Case('truncated weights', ['truncated.h5', 'expected'], weights=truncated)
    yield Case('weights that are text', ['text.h5', 'expected'], weights=text)
    yield Case('weights that are a folder', [str(scratch), 'expected'], weights=scratch)

    def data(name, change):
        return small_data(scratch / name, change)
    yield Case('missing images', ['no-images', 'expected'], data=scratch / 'no-images')

    def one_class(folder):
        shutil.rmtree(folder / 'train' / 'humans')
    yield Case('one class', ['one-class', 'expected'], data=data('one-class', one_class))

    def empty(folder):
        shutil.rmtree(folder / 'train')
        (folder / 'train').mkdir()
    yield Case('empty folder', ['empty/train', 'expected'], data=data('empty', empty))

    def three(folder):
        for part in ('train', 'validation'):
            shutil.copytree(folder / part / 'humans', folder / part / 'zebras')
    yield Case('three classes for one unit', ['three/train', '2 classes', 'zebras'], data=data('three', three))

    first = 'train/horses/a.jpg'

    def bad_image(content):
        return lambda folder: (folder / first).write_bytes(content)
    photo = next((IMAGES / 'train' / 'horses').iterdir()).read_bytes()
    for name, content in (('text named .jpg', b'not an image'), ('zero bytes', b''), ('truncated image', photo[:len(photo) // 2]),
                          ('1x1 image', png(1, 1)), ('10,000x10,000 image', png(10_000, 10_000))):
        folder = data('image-' + name.replace(' ', '-').replace(',', ''), bad_image(content))
        yield Case(name, [first, 'expected'], data=folder)
    yield Case('skipping it is another matter', None, data=folder, extra=['--skip-bad-images'])

    a_file = scratch / 'a-file'
    a_file.write_text('')
    yield Case('output that is a file', ['a-file', 'expected'], out=a_file)
    yield Case('output below a file', ['a-file/below', 'expected'], out=a_file / 'below')
    yield Case('output that nobody can write to', ['/proc/graft', 'expected'], out=pathlib.Path('/proc/graft'))


def check(program, case, scratch):
    out = case.out or scratch / 'out'
    if case.out is None:
        out.mkdir(exist_ok=True)
        (out / 'history.csv').write_text('precious\n')
    command = [program, '--weights', case.weights, '--data', case.data or IMAGES, '--out', out, '--epochs', '1', *case.extra]
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    if case.expected is None:
        return None if run.returncode == 0 and 'left out 1 image' in run.stdout else f'exit code {run.returncode}: {run.stdout[-300:]}{run.stderr}'
    lines = run.stderr.strip().splitlines()
    if run.returncode != 1:
        return f'expected exit code 1, received {run.returncode}: {run.stderr[-300:]}'
    if len(lines) != 1 or not lines[0].startswith('error: '):
        return f'expected one line "error: ...", received: {run.stderr[-600:]}'
    missing = [word for word in case.expected if word not in lines[0]]
    if missing:
        return f'expected {missing} in: {lines[0]}'
    if case.out is None and (out / 'history.csv').read_text() != 'precious\n':
        return 'the results of an earlier run were touched'
    print('    ' + lines[0].replace(str(scratch), '...'))
    return None


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        for case in cases(scratch):
            problem = check(sys.argv[1], case, scratch)
            print(f'{"FAIL" if problem else "ok  "} {case.name}{": " + problem if problem else ""}', flush=True)
            failed += problem is not None
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
