#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seconds and peak memory of compiling the main example from the single header, by g++ and clang++ at -O2.

The peak is that of the largest process of the compilation, as the kernel counts it.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def compile_once(compiler, source, output):
    """(seconds, peak bytes) of one compilation; ends the program if it fails."""
    command = [compiler, "-std=c++20", "-O2", f"-I{REPOSITORY / 'single_include'}",
               "-isystem", "/usr/include/hdf5/serial", "-c", str(source), "-o", str(output)]
    start = time.monotonic()
    process = os.posix_spawnp(compiler, command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: expected success, received status {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", type=pathlib.Path, default=REPOSITORY / "examples/horse_or_human.cpp")
    parser.add_argument("--compiler", action="append", help="default: g++ and clang++")
    parser.add_argument("--runs", type=int, default=3, help="the fastest of so many is printed")
    arguments = parser.parse_args()

    print("compiler seconds peak_megabytes object_megabytes")
    for compiler in arguments.compiler or ["g++", "clang++"]:
        if not shutil.which(compiler):
            sys.exit(f"{compiler}: expected on the PATH, received nothing")
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "example.o"
            runs = [compile_once(compiler, arguments.source, output) for _ in range(arguments.runs)]
            size = output.stat().st_size
        seconds, peak = min(run[0] for run in runs), max(run[1] for run in runs)
        print(f"{compiler} {seconds:.1f} {peak / 1e6:.0f} {size / 1e6:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
