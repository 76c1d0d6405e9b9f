# SPDX-License-Identifier: MIT
"""The checks in tools/ must complain: each is shown a tree or a program with one fault."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"
HEAD = "// SPDX-License-Identifier: MIT\n#pragma once\n\n"


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_tool(self, *command, env=None):
        result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, check=False, env=env)
        return result.returncode, result.stdout


class CheckIncludes(ToolTest):
    GOOD = {
        "graft.hpp": HEAD + "#include <graft/core/a.hpp>\n#include <graft/tensor/b.hpp>\n",
        "core/a.hpp": HEAD,
        "tensor/b.hpp": HEAD + "#include <graft/core/a.hpp>\n\n#include <xtensor/xtensor.hpp>\n",
    }

    def complaints(self, **changes):
        for name, text in (self.GOOD | {name.replace("__", "/") + ".hpp": text for name, text in changes.items()}).items():
            self.write(name, text)
        return self.run_tool(sys.executable, TOOLS / "check_includes.py", self.root)

    def test_good_tree(self):
        self.assertEqual(self.complaints(), (0, ""))

    def test_against_the_order(self):
        code, text = self.complaints(core__a=HEAD + "#include <graft/tensor/b.hpp>\n")
        self.assertEqual(code, 1)
        self.assertIn("core/ must not include tensor/", text)
        self.assertIn("expected no cycle, received", text)

    def test_cycle_within_a_folder(self):
        code, text = self.complaints(core__a=HEAD + "#include <graft/core/c.hpp>\n",
                                     core__c=HEAD + "#include <graft/core/a.hpp>\n")
        self.assertEqual(code, 1)
        self.assertIn("core/a.hpp -> core/c.hpp -> core/a.hpp", text)

    def test_third_party_outside_its_folder(self):
        code, text = self.complaints(core__a=HEAD + "#include <xtensor/xtensor.hpp>\n")
        self.assertEqual(code, 1)
        self.assertIn("core/a.hpp:4: expected <xtensor/xtensor.hpp> only in tensor/", text)

    def test_not_reached_from_the_umbrella(self):
        code, text = self.complaints(core__c=HEAD)
        self.assertEqual(code, 1)
        self.assertIn("core/c.hpp: expected to be reached from graft.hpp", text)

    def test_opt_in(self):
        self.assertEqual(self.complaints(onnx__c=HEAD + "#include <graft/core/a.hpp>\n#include <onnx/onnx_pb.h>\n"), (0, ""))
        code, text = self.complaints(graft=self.GOOD["graft.hpp"] + "#include <graft/onnx/c.hpp>\n")
        self.assertEqual(code, 1)
        self.assertIn("onnx/c.hpp: expected not to be reached from graft.hpp", text)

    def test_form(self):
        for text in ("#pragma once\n", "// SPDX-License-Identifier: MIT\n", HEAD + "//\n" * 300,
                     HEAD + '#include "b.hpp"\n', HEAD + "#include <graft/core/missing.hpp>\n"):
            with self.subTest(text[:60]):
                self.assertEqual(self.complaints(core__a=text)[0], 1)

    def test_unknown_folder(self):
        code, text = self.complaints(utilities__a=HEAD)
        self.assertEqual(code, 1)
        self.assertIn("utilities/a.hpp: expected one of the folders", text)


class Amalgamate(ToolTest):
    def run_amalgamate(self, *options):
        return self.run_tool(sys.executable, TOOLS / "amalgamate.py", "--include-dir", self.root / "include",
                             "--output-dir", self.root / "one", *options)

    def setUp(self):
        super().setUp()
        self.write("include/graft/graft.hpp", HEAD + "#include <graft/core/a.hpp>\n#include <graft/core/b.hpp>\n")
        self.write("include/graft/core/a.hpp", HEAD + "#include <graft/core/b.hpp>\n\n#include <cstdio>\n\nint a;\n")
        self.write("include/graft/core/b.hpp", HEAD + "#include <cstdio>\n\n#ifdef B\n#include <cstdio>\n#endif\nint b;\n")

    def test_text(self):
        self.assertEqual(self.run_amalgamate(), (0, ""))
        text = (self.root / "one/graft/graft.hpp").read_text(encoding="utf-8")
        self.assertEqual([line for line in text.splitlines() if line and not line.startswith("//")],
                         ["#pragma once", "#include <cstdio>", "#ifdef B", "#include <cstdio>", "#endif", "int b;", "int a;"])
        self.assertEqual(text.count("SPDX"), 1)

    def test_opt_in(self):
        self.write("include/graft/onnx/export_onnx.hpp", HEAD + "#include <graft/core/a.hpp>\n#include <graft/onnx/c.hpp>\nint d;\n")
        self.write("include/graft/onnx/c.hpp", HEAD + "#include <graft/core/b.hpp>\n#include <onnx/onnx_pb.h>\nint c;\n")
        self.assertEqual(self.run_amalgamate(), (0, ""))
        text = (self.root / "one/graft/onnx/export_onnx.hpp").read_text(encoding="utf-8")
        self.assertEqual([line for line in text.splitlines() if line and not line.startswith("//")],
                         ["#pragma once", "#include <graft/graft.hpp>", "#include <onnx/onnx_pb.h>", "int c;", "int d;"])
        self.assertNotIn("int c;", (self.root / "one/graft/graft.hpp").read_text(encoding="utf-8"))
        self.assertEqual(self.run_amalgamate("--check"), (0, ""))
        self.write("include/graft/onnx/c.hpp", HEAD + "int e;\n")
        self.assertEqual(self.run_amalgamate("--check")[0], 1)

    def test_check(self):
        self.assertEqual(self.run_amalgamate("--check")[0], 1)
        self.run_amalgamate()
        self.assertEqual(self.run_amalgamate("--check"), (0, ""))
        self.write("include/graft/core/b.hpp", HEAD + "int c;\n")
        self.assertEqual(self.run_amalgamate("--check")[0], 1)

    def test_own_include_inside_a_condition(self):
        self.write("include/graft/core/a.hpp", HEAD + "#if 1\n#include <graft/core/b.hpp>\n#endif\n")
        code, text = self.run_amalgamate()
        self.assertEqual(code, 1)
        self.assertIn("graft/core/a.hpp:5: expected <graft/core/b.hpp> outside of #if", text)


class CheckCompileFail(ToolTest):
    def run_case(self, text):
        return self.run_tool(sys.executable, TOOLS / "check_compile_fail.py", "--compiler", "g++", self.write("case.cpp", text))

    def test_refused_as_expected(self):
        self.assertEqual(self.run_case('// expect: three\nstatic_assert(1 == 2, "one two three");\n')[0], 0)

    def test_accepted_program(self):
        code, text = self.run_case("// expect: .\nint main() {}\n")
        self.assertEqual(code, 1)
        self.assertIn("expected a refusal, received success", text)

    def test_other_text(self):
        code, text = self.run_case('// expect: three\n// expect-gcc: four\nstatic_assert(1 == 2, "three");\n')
        self.assertEqual(code, 1)
        self.assertIn("expected 'four', which is not there", text)
        self.assertNotIn("expected 'three'", text)

    def test_too_long(self):
        code, text = self.run_case("// expect: .\n" + "".join(f"int a{i} = unknown{i};\n" for i in range(11)))
        self.assertEqual(code, 1)
        self.assertIn("expected at most 10 lines, received 11", text)

    def test_no_expectation(self):
        self.assertEqual(self.run_case("// expect-clang: .\nint a = unknown;\n")[0], 1)


class InstallDependencies(ToolTest):
    """dpkg-query, apt-get, id and sudo are replaced by scripts; nothing is installed."""

    def run_install(self, dpkg_query, user):
        for name, text in {"dpkg-query": dpkg_query, "apt-get": "exit 0", "id": f"echo {user}"}.items():
            self.write(f"bin/{name}", f"#!/bin/sh\n{text}\n").chmod(0o755)
        for name in ("sort", "tr"):
            os.symlink(f"/usr/bin/{name}", self.root / "bin" / name)
        return self.run_tool("/bin/sh", TOOLS / "install_dependencies.sh", "format",
                             env={"PATH": str(self.root / "bin")})

    def test_nothing_is_missing(self):
        self.assertEqual(self.run_install("echo installed", 1000), (0, ""))

    def test_no_way_to_install(self):
        code, text = self.run_install("exit 1", 1000)
        self.assertEqual(code, 1)
        self.assertIn("apt-get install clang-format", text)

    def test_still_missing_afterwards(self):
        code, text = self.run_install("exit 1", 0)
        self.assertEqual(code, 1)
        self.assertIn("could not install: clang-format", text)


if __name__ == "__main__":
    unittest.main()
