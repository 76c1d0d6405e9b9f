// SPDX-License-Identifier: MIT
#include <graft/model/profile_columns.hpp>

#include <doctest/doctest.h>

namespace profile_columns_test {

TEST_CASE("columns are as wide as their widest cell, names flush left, numbers flush right") {
  const std::vector<std::vector<std::string>> rows{
      {"layer", "kernel", "ms"}, {}, {"conv2d_1", "3x3", "0.125"}, {"pool", "", "12.5"}, {"total"}};
  CHECK(graft::detail::columns(rows, 2) ==
        "layer     kernel     ms\n"
        "-----------------------\n"
        "conv2d_1  3x3     0.125\n"
        "pool               12.5\n"
        "total\n");
  CHECK(graft::detail::columns({}, 1) == "");
}

}  // namespace profile_columns_test
