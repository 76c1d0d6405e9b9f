#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a compiler refuses a program, and that what it says is short and to the point.

The program states the text in comments, one regular expression a line; all must be found:
    // expect: REGEX          by every compiler
    // expect-gcc: REGEX      by g++ only
    // expect-clang: REGEX    by clang++ only
The diagnostics may have at most ten lines. Lines that only repeat the source below a message (the caret display) are
left off by an option of the compiler (-fno-diagnostics-show-caret, -fno-caret-diagnostics); nothing else is hidden.

With --precompile there is no program: all of graft is parsed into a folder that --precompiled names for the programs.
"""

import argparse
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 10
NO_CARET = {"gcc": "-fno-diagnostics-show-caret", "clang": "-fno-caret-diagnostics"}
PRECOMPILED = {"gcc": ".hpp.gch", "clang": ".hpp.pch"}
EXPECT = re.compile(r"^//\s*expect(?:-(gcc|clang))?:\s*(.+?)\s*$", re.MULTILINE)


def expectations(case, kind):
    """The expressions of the file that hold for this kind of compiler."""
    return [regex for only, regex in EXPECT.findall(case.read_text(encoding="utf-8")) if only in ("", kind)]


def compile_case(compiler, case, options):
    command = [compiler, "-std=c++20", "-fsyntax-only", "-fdiagnostics-color=never", *options, str(case)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def precompile(compiler, kind, folder, options):
    folder.mkdir(parents=True, exist_ok=True)
    header = folder / "graft.hpp"
    header.write_text("#include <graft/graft.hpp>\n", encoding="utf-8")
    output = header.with_suffix(PRECOMPILED[kind])
    command = [compiler, "-std=c++20", *options, "-x", "c++-header", str(header), "-o", str(output)]
    return subprocess.run(command, check=False).returncode


def use_precompiled(kind, folder):
    header = folder / "graft.hpp"
    return ["-include", str(header)] if kind == "gcc" else ["-include-pch", str(header.with_suffix(PRECOMPILED[kind]))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True, help="g++ or clang++, or a path to one")
    parser.add_argument("--include", action="append", default=[], metavar="FOLDER", help="default: include/")
    parser.add_argument("--system-include", action="append", default=[], metavar="FOLDER")
    parser.add_argument("--precompile", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--precompiled", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("case", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    if (arguments.case is None) == (arguments.precompile is None):
        parser.error("expected a program or --precompile, and not both")

    kind = "clang" if "clang" in pathlib.Path(arguments.compiler).name else "gcc"
    options = [f"-I{folder}" for folder in arguments.include or [REPOSITORY / "include"]]
    options += [f"-isystem{folder}" for folder in arguments.system_include]
    if arguments.precompile is not None:
        return precompile(arguments.compiler, kind, arguments.precompile, options)
    if arguments.precompiled is not None:
        options += use_precompiled(kind, arguments.precompiled)
    wanted = expectations(arguments.case, kind)
    if not wanted:
        sys.exit(f"{arguments.case}: expected a line '// expect: REGEX', received none for {kind}")

    refusal = compile_case(arguments.compiler, arguments.case, [*options, NO_CARET[kind]])
    lines = refusal.stdout.splitlines()
    print(f"{arguments.case.name}: {len(lines)} lines from {arguments.compiler}")
    print(refusal.stdout, end="")

    complaints = []
    if refusal.returncode == 0:
        complaints.append("expected a refusal, received success")
    if len(lines) > MAX_LINES:
        complaints.append(f"expected at most {MAX_LINES} lines, received {len(lines)}")
    complaints += [f"expected '{regex}', which is not there" for regex in wanted if not re.search(regex, refusal.stdout)]
    for complaint in complaints:
        print(f"{arguments.case.name}: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
