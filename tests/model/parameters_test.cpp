// SPDX-License-Identifier: MIT
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/model/network.hpp>
#include <graft/model/parameters.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace parameters_test {

using namespace graft;
using namespace graft::test;

namespace {

using Net = detail::Bound<Shape{9, 8, 3},
                          Sequential<Named<"first", Conv2D<16, Kernel<3, 5>, NoBias>>,
                                     BatchNormalization<NoCenter>, Conv2D<8, Kernel<1>>, Flatten, Dense<20>>>;

std::span<const float> part(const std::vector<float>& values, std::string_view path) {
  const ParameterEntry& entry = find_parameter<Net>(path);
  return std::span{values}.subspan(entry.offset, entry.shape.size());
}

std::string error_of(std::string_view path) {
  try {
    find_parameter<Net>(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("the table has every parameter in Keras' order, one behind the other") {
  const auto& table = parameter_table<Net>();
  const std::vector<std::pair<std::string, Shape>> expected{{"first/kernel", {3, 5, 3, 16}},
                                                            {"batch_normalization_1/gamma", {16}},
                                                            {"batch_normalization_1/moving_mean", {16}},
                                                            {"batch_normalization_1/moving_variance", {16}},
                                                            {"conv2d_1/kernel", {1, 1, 16, 8}},
                                                            {"conv2d_1/bias", {8}},
                                                            {"dense_1/kernel", {7 * 4 * 8, 20}},
                                                            {"dense_1/bias", {20}}};
  REQUIRE(table.size() == expected.size());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(i);
    CHECK(table[i].layer + "/" + table[i].name == expected[i].first);
    CHECK(table[i].shape == expected[i].second);
    CHECK(table[i].offset == offset);
    CHECK(table[i].trainable == (i != 2 && i != 3));
    offset += table[i].shape.size();
  }
  CHECK(offset == graph_of<Net>.parameter_count);
  CHECK(table[6].node == 5);
}

TEST_CASE("find_parameter finds by layer and name, or says which names there are") {
  CHECK(find_parameter<Net>("conv2d_1/bias").shape == Shape{8});
  CHECK(error_of("conv2d_1/gamma") ==
        "parameter: expected one of first/kernel, batch_normalization_1/gamma, "
        "batch_normalization_1/moving_mean, batch_normalization_1/moving_variance, conv2d_1/kernel, "
        "conv2d_1/bias, dense_1/kernel, dense_1/bias, received \"conv2d_1/gamma\"");
  CHECK(error_of("kernel").find("received \"kernel\"") != std::string::npos);

  using Deep = detail::Bound<Shape{4}, Sequential<Dense<4>, Dense<4>, Dense<4>, Dense<4>, Dense<4>>>;
  CHECK_THROWS_WITH_AS(
      find_parameter<Deep>("dense_6/kernel"),
      "parameter: expected one of dense_1/kernel, dense_1/bias, dense_2/kernel, dense_2/bias, "
      "dense_3/kernel, dense_3/bias, dense_4/kernel, dense_4/bias, … (10 in all), received "
      "\"dense_6/kernel\"",
      Error);
  using Nothing = detail::Bound<Shape{4, 4, 1}, Flatten>;
  CHECK_THROWS_WITH_AS(find_parameter<Nothing>("a/b"),
                       "parameter: expected none, for no layer has any, received \"a/b\"", Error);
}

// Keras: uniform within sqrt(6 / (fan_in + fan_out)); a convolution's fans are its channels times its window.
TEST_CASE("kernels begin glorot_uniform, everything else constant") {
  const auto values = initial_parameters<Net>(Seed{12}, Part::head);
  const auto check = [&](const char* path, double fans) {
    CAPTURE(path);
    const double limit = std::sqrt(6.0 / fans);
    double mean = 0.0, square = 0.0, largest = 0.0;
    const auto kernel = part(values, path);
    for (const float v : kernel) {
      mean += double{v};
      square += double{v} * double{v};
      largest = std::max(largest, std::fabs(double{v}));
    }
    const double count = static_cast<double>(kernel.size());
    CHECK(largest <= limit * (1 + 1e-6));
    CHECK(largest > 0.9 * limit);
    // Five standard deviations of the mean, and of the mean square, of that many uniform numbers.
    CHECK(std::fabs(mean / count) < 5.0 * limit / std::sqrt(3.0 * count));
    CHECK(std::fabs(square / count - limit * limit / 3.0) <
          5.0 * limit * limit * std::sqrt(4.0 / 45.0 / count));
  };
  check("first/kernel", (3 + 16) * 3 * 5);
  check("conv2d_1/kernel", 16 + 8);
  check("dense_1/kernel", 224 + 20);
  const auto all = [&](const char* path, float value) {
    return std::ranges::all_of(part(values, path), [&](float v) { return v == value; });
  };
  CHECK(all("conv2d_1/bias", 0.0f));
  CHECK(all("dense_1/bias", 0.0f));
  CHECK(all("batch_normalization_1/gamma", 1.0f));
  CHECK(all("batch_normalization_1/moving_mean", 0.0f));
  CHECK(all("batch_normalization_1/moving_variance", 1.0f));
}

TEST_CASE("a seed gives the same bits, and other seeds, parts and parameters other ones") {
  const auto values = initial_parameters<Net>(Seed{12}, Part::head);
  CHECK(same_bits(initial_parameters<Net>(Seed{12}, Part::head), values));
  const auto kernel = part(values, "dense_1/kernel");
  const auto other_seed = initial_parameters<Net>(Seed{13}, Part::head);
  const auto other_part = initial_parameters<Net>(Seed{12}, Part::backbone);
  CHECK_FALSE(same_bits(part(other_seed, "dense_1/kernel"), kernel));
  CHECK_FALSE(same_bits(part(other_part, "dense_1/kernel"), kernel));

  using Equal = detail::Bound<Shape{4}, Sequential<Dense<4>, Dense<4>>>;
  const auto twins = initial_parameters<Equal>(Seed{12}, Part::head);
  CHECK_FALSE(same_bits({twins.data(), 16}, {twins.data() + 20, 16}));
}

}  // namespace parameters_test
