#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seconds and peak memory of compiling the examples from the single header, by g++ and clang++ at -O2 -march=native.

Beside the whole example of each backbone: the backbone alone, as a library has it, and a head that uses that library and
a precompiled header, which is what a user compiles again and again. The peak is that of the largest process of the
compilation, as the kernel counts it.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = REPOSITORY / "examples"
WHOLE_EXAMPLES = {"Inception v3 to mixed7": EXAMPLES / "horse_or_human.cpp"}
SEPARATE = EXAMPLES / "separate_backbone"


def compile_once(compiler, arguments, output):
    """(seconds, peak bytes) of one compilation; ends the program if it fails."""
    command = [compiler, "-std=c++20", "-O2", "-march=native", f"-I{REPOSITORY / 'single_include'}",
               "-isystem", "/usr/include/hdf5/serial", *map(str, arguments), "-o", str(output)]
    start = time.monotonic()
    process = os.posix_spawnp(compiler, command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: expected success, received status {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_maxrss * 1024


def measure(compiler, what, arguments, output, runs):
    results = [compile_once(compiler, arguments, output) for _ in range(runs)]
    seconds, peak = min(r[0] for r in results), max(r[1] for r in results)
    print(f"{compiler:8} {what:32} {seconds:7.1f} s {peak / 1e6:6.0f} MB {output.stat().st_size / 1e6:6.1f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", help="default: g++ and clang++")
    parser.add_argument("--runs", type=int, default=3, help="the fastest of so many is printed")
    arguments = parser.parse_args()

    print(f"{'compiler':8} {'what':32} {'time':>9} {'peak':>9} {'object':>9}")
    for compiler in arguments.compiler or ["g++", "clang++"]:
        if not shutil.which(compiler):
            sys.exit(f"{compiler}: expected on the PATH, received nothing")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for what, source in WHOLE_EXAMPLES.items():
                measure(compiler, what, ["-c", source], folder / "example.o", arguments.runs)
            measure(compiler, "the backbone alone", ["-c", SEPARATE / "backbone.cpp"], folder / "backbone.o", arguments.runs)
            header = folder / ("backbone.hpp.gch" if "clang" not in compiler else "backbone.hpp.pch")
            measure(compiler, "its header, precompiled", ["-x", "c++-header", SEPARATE / "backbone.hpp"], header, arguments.runs)
            main_file = folder / "main.cpp"  # away from the header itself, so that the precompiled one is found
            shutil.copy(SEPARATE / "main.cpp", main_file)
            use = ["-include-pch", header] if "clang" in compiler else ["-include", folder / "backbone.hpp"]
            measure(compiler, "a head with both", [*use, "-I", SEPARATE, "-c", main_file], folder / "main.o", arguments.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
