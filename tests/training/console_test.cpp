// SPDX-License-Identifier: MIT
#include <graft/training/console.hpp>

#include <cstdio>
#include <doctest/doctest.h>
#include <iostream>

namespace console_test {

using namespace graft;

TEST_CASE("A file is no terminal and has no columns") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  CHECK_FALSE(is_terminal(file));
  CHECK(terminal_columns(file) == 0);
  std::fclose(file);
}

TEST_CASE("The standard output is std::cout, a quiet console nothing") {
  CHECK(Console::standard_output().stream == &std::cout);
  CHECK(Console::standard_output().terminal == is_terminal(stdout));
  CHECK(Console::quiet().stream == nullptr);
}

TEST_CASE("The clock does not go backwards") {
  const Console console;
  const double earlier = console.clock();
  CHECK(console.clock() >= earlier);
}

}  // namespace console_test
