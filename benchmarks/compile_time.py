#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processor time and peak memory of compiling with the single header, by g++ and clang++ at -O2 -march=native.

First a small program for each backbone, at Keras' default size of its images: frozen, with a head, it loads weights and predicts.
Then the example of Inception v3, whole; its backbone alone, as a library has it; and a head that uses that library and a
precompiled header, which is what a user compiles again and again. Time is the user time of the compiler and all that it starts,
which other programs disturb less than the time that passes; the peak is that of the largest of these processes.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
from typing import NamedTuple

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = REPOSITORY / "examples"
SEPARATE = EXAMPLES / "separate_backbone"

BACKBONES = {
    "Inception v3 to mixed7": 'InceptionV3<Image<299, 299>>::Until<"mixed7">',
    "Inception v3": "InceptionV3<Image<299, 299>>",
    "VGG16": "VGG16<Image<224, 224>>",
    "MobileNet": "MobileNet<Image<224, 224>>",
    "MobileNet v2": "MobileNetV2<Image<224, 224>>",
    "Xception": "Xception<Image<299, 299>>",
    "ResNet50": "ResNet50<Image<224, 224>>",
    "DenseNet121": "DenseNet121<Image<224, 224>>",
    "EfficientNetB0": "EfficientNetB0<Image<224, 224>>",
    "SqueezeNet": "SqueezeNet<Image<227, 227>>",
}

PROGRAM = """#include <graft/graft.hpp>
#include <iostream>

using namespace graft;
using Backbone = {backbone};
using Net = Model<Frozen<Backbone>, Sequential<GlobalAveragePooling2D, Dense<1, Sigmoid>>>;

int main(int, char** argv) {{
  Net net;
  net.backbone().load(argv[1]);
  std::cout << net.predict(read_image(argv[2])) << '\\n';
}}
"""


class Cost(NamedTuple):
    seconds: float
    peak: int  # bytes


def compile_once(compiler, include, arguments, output):
    """The cost of one compilation; ends the program if it fails."""
    command = [compiler, "-std=c++20", "-O2", "-march=native", f"-I{include}",
               "-isystem", "/usr/include/hdf5/serial", *map(str, arguments), "-o", str(output)]
    process = os.posix_spawnp(compiler, command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: expected success, received status {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime, usage.ru_maxrss * 1024)


class Table:
    """Measures and prints; remembers what took longer than the limit."""

    def __init__(self, arguments):
        self.include, self.runs, self.limit = arguments.include, arguments.runs, arguments.limit
        self.too_long = []
        print(f"{'compiler':8} {'what':32} {'user':>9} {'peak':>9} {'object':>9}")

    def measure(self, compiler, what, arguments, output):
        costs = [compile_once(compiler, self.include, arguments, output) for _ in range(self.runs)]
        seconds, peak = min(c.seconds for c in costs), max(c.peak for c in costs)
        print(f"{compiler:8} {what:32} {seconds:7.1f} s {peak / 1e6:6.0f} MB {output.stat().st_size / 1e6:6.1f} MB", flush=True)
        if self.limit is not None and seconds > self.limit:
            self.too_long.append(f"{what} by {compiler}: {seconds:.1f} s")


def measure_backbones(table, compiler, folder, only):
    for what, backbone in BACKBONES.items():
        if only and what not in only:
            continue
        source = folder / "backbone.cpp"
        source.write_text(PROGRAM.format(backbone=backbone))
        table.measure(compiler, what, ["-c", source], folder / "backbone.o")


def measure_example(table, compiler, folder):
    clang = "clang" in compiler
    table.measure(compiler, "examples/horse_or_human", ["-c", EXAMPLES / "horse_or_human" / "job.cpp"], folder / "example.o")
    table.measure(compiler, "the backbone alone", ["-c", SEPARATE / "backbone.cpp"], folder / "separate.o")
    header = folder / ("backbone.hpp.pch" if clang else "backbone.hpp.gch")
    table.measure(compiler, "its header, precompiled", ["-x", "c++-header", SEPARATE / "backbone.hpp"], header)
    main_file = folder / "main.cpp"  # away from the header itself, so that the precompiled one is found
    shutil.copy(SEPARATE / "main.cpp", main_file)
    use = ["-include-pch", header] if clang else ["-include", folder / "backbone.hpp"]
    table.measure(compiler, "a head with both", [*use, "-I", SEPARATE, "-c", main_file], folder / "main.o")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", help="default: g++ and clang++")
    parser.add_argument("--backbone", action="append", choices=BACKBONES, help="only this one, and not the example; may be repeated")
    parser.add_argument("--runs", type=int, default=1, help="the fastest of so many is printed")
    parser.add_argument("--limit", type=float, help="seconds; what takes longer is an error")
    parser.add_argument("--include", type=pathlib.Path, default=REPOSITORY / "single_include", help="where graft/graft.hpp is")
    arguments = parser.parse_args()

    table = Table(arguments)
    for compiler in arguments.compiler or ["g++", "clang++"]:
        if not shutil.which(compiler):
            sys.exit(f"{compiler}: expected on the PATH, received nothing")
        with tempfile.TemporaryDirectory() as name:
            measure_backbones(table, compiler, pathlib.Path(name), arguments.backbone)
            if not arguments.backbone:
                measure_example(table, compiler, pathlib.Path(name))
    if table.too_long:
        print(f"expected at most {arguments.limit:g} s, received {'; '.join(table.too_long)}", file=sys.stderr)
    return 1 if table.too_long else 0


if __name__ == "__main__":
    sys.exit(main())
