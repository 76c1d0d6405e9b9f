// SPDX-License-Identifier: MIT
#include <graft/weights/layer_number.hpp>

#include <doctest/doctest.h>

namespace layer_number_test {

TEST_CASE("automatic names are taken apart into family and number") {
  const auto is = [](std::string_view name, std::string_view family, std::size_t number) {
    const auto [found_family, found_number] = graft::detail::layer_number(name);
    return found_family == family && found_number == number;
  };
  CHECK(is("conv2d", "conv2d", 0));
  CHECK(is("conv2d_1", "conv2d", 1));
  CHECK(is("conv2d_188", "conv2d", 188));
  CHECK(is("batch_normalization", "batch_normalization", 0));
  CHECK(is("batch_normalization_94", "batch_normalization", 94));
  CHECK(is("batch_normalization_v1", "batch_normalization", 0));
  CHECK(is("batch_normalization_v1_3", "batch_normalization", 3));
  CHECK(is("mixed9_0", "mixed9", 0));
  CHECK(is("block1_conv2", "block1_conv2", 0));
  CHECK(is("fire2/squeeze1x1", "fire2/squeeze1x1", 0));
  CHECK(is("dense_", "dense_", 0));
  CHECK(is("_7", "_7", 0));
  CHECK(is("", "", 0));
  CHECK(is("dense_99999999999999999999", "dense_99999999999999999999", 0));
}

}  // namespace layer_number_test
