#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the headers under include/graft: who includes whom, and the form of every file.

A folder includes itself and the folders before it in the order of docs/architecture.md, third-party headers stay in
the folders that own them, there is no cycle, and graft.hpp reaches every header that is not opt-in.
"""

import argparse
import pathlib
import re
import sys

# Folders of one line are neighbours that do not include each other.
ORDER = [
    ["core"],
    ["tensor"],
    ["layers"],
    ["backend"],
    ["model"],
    ["applications"],
    ["weights"],
    ["losses", "optimizers", "metrics", "callbacks"],
    ["data"],
    ["training"],
    ["onnx"],
]
RANK = {folder: rank for rank, folders in enumerate(ORDER) for folder in folders}

# What graft.hpp leaves out, because of the libraries that it needs: folders and files.
OPT_IN = ["onnx/", "backend/cuda/", "graft_cuda.hpp", "graft_cuda.cuh"]

# Which folders may include a third-party header, by the beginning of its name.
OWNERS = {
    "xtensor/": ["tensor"],
    "xtl/": ["tensor"],
    "xtensor-blas/": ["backend"],
    "xflens/": ["backend"],
    "cblas.h": ["backend"],
    "hdf5": ["weights"],
    "zlib.h": ["weights"],
    "nlohmann/": ["weights"],
    "jpeglib.h": ["data"],
    "turbojpeg.h": ["data"],
    "png.h": ["data"],
    "cuda_runtime_api.h": ["backend/cuda"],
    "cublasLt.h": ["backend/cuda"],
    "onnx/": ["onnx"],
    "google/protobuf/": ["onnx"],
}

MAX_LINES = 300
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(name):
    """'core' for core/shape.hpp and for core/detail/x.hpp, '' for graft.hpp itself."""
    return name.split("/")[0] if "/" in name else ""


def includes_of(text):
    """(line number, quote, name) of every include directive."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def check_form(name, text):
    lines = text.splitlines()
    if not lines or lines[0] != "// SPDX-License-Identifier: MIT":
        yield f"{name}:1: expected '// SPDX-License-Identifier: MIT', received '{lines[0] if lines else ''}'"
    if "#pragma once" not in lines:
        yield f"{name}: expected '#pragma once', received none"
    if len(lines) > MAX_LINES:
        yield f"{name}: expected at most {MAX_LINES} lines, received {len(lines)}"


def check_third_party(name, number, included):
    for prefix, owners in OWNERS.items():
        if included.startswith(prefix) and not name.startswith(tuple(owner + "/" for owner in owners)):
            yield f"{name}:{number}: expected <{included}> only in {', '.join(owners)}/"


def check_own(name, number, quote, included, headers):
    if quote == '"':
        yield f'{name}:{number}: expected <graft/…>, received "{included}"'
        return
    target = included.removeprefix("graft/")
    if target not in headers:
        yield f"{name}:{number}: <{included}> does not exist"
        return
    source_folder, target_folder = folder_of(name), folder_of(target)
    if not source_folder:
        return  # an umbrella includes whatever it likes
    if not target_folder:
        yield f"{name}:{number}: expected a header of a folder, received the umbrella <{included}>"
    elif source_folder != target_folder and RANK[target_folder] >= RANK[source_folder]:
        yield f"{name}:{number}: {source_folder}/ must not include {target_folder}/ (<{included}>)"


def find_cycle(graph):
    """The names along one cycle, or nothing."""
    finished, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in finished:
            return None
        path.append(name)
        for target in graph[name]:
            cycle = visit(target)
            if cycle:
                return cycle
        path.pop()
        finished.add(name)
        return None

    for name in graph:
        cycle = visit(name)
        if cycle:
            return cycle
    return None


def reachable(graph, start):
    seen, open_names = set(), [start]
    while open_names:
        name = open_names.pop()
        if name not in seen:
            seen.add(name)
            open_names.extend(graph[name])
    return seen


def check(root):
    """All complaints about the tree root (the folder that holds graft.hpp)."""
    headers = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
               for path in sorted(root.rglob("*")) if path.suffix in (".hpp", ".cuh")}
    if not headers:
        return [f"{root}: expected headers, received none"]
    complaints, graph = [], {name: [] for name in headers}
    for name, text in headers.items():
        if folder_of(name) and folder_of(name) not in RANK:
            complaints.append(f"{name}: expected one of the folders {', '.join(RANK)}")
            continue
        complaints += check_form(name, text)
        for number, quote, included in includes_of(text):
            if quote == '"' or included.startswith("graft/"):
                complaints += check_own(name, number, quote, included, headers)
                if included.removeprefix("graft/") in headers:
                    graph[name].append(included.removeprefix("graft/"))
            else:
                complaints += check_third_party(name, number, included)
    cycle = find_cycle(graph)
    if cycle:
        complaints.append("expected no cycle, received " + " -> ".join(cycle))
    if "graft.hpp" in headers:
        opt_in = {name for name in headers if name.startswith(tuple(OPT_IN))}
        reached = reachable(graph, "graft.hpp")
        complaints += [f"{name}: expected to be reached from graft.hpp" for name in sorted(set(headers) - opt_in - reached)]
        complaints += [f"{name}: expected not to be reached from graft.hpp, for it is opt-in"
                       for name in sorted(opt_in & reached)]
    else:
        complaints.append(f"{root / 'graft.hpp'} does not exist")
    return complaints


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "include" / "graft"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=default, help="the folder that holds graft.hpp")
    complaints = check(parser.parse_args().root)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
