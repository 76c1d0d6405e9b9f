// SPDX-License-Identifier: MIT
#include <graft/data/tensor_data.hpp>

#include "data/image_files.hpp"
#include "support/errors.hpp"
#include <doctest/doctest.h>
#include <stdexcept>

namespace tensor_data_test {

using namespace graft;
using test::error_of;

TEST_CASE("TensorData keeps samples with their labels") {
  const TensorData<2> data{Tensor<2>{{1, 2, 3}, {4, 5, 6}}, {1, 0}, {"cat", "dog"}};
  CHECK(data.size() == 2);
  CHECK(data.label(0) == 1);
  CHECK(data.label(1) == 0);
  CHECK_THROWS_AS(data.label(2), std::out_of_range);
  CHECK(data.class_names() == std::vector<std::string>{"cat", "dog"});
  CHECK(data.samples()(1, 2) == 6.0f);
}

TEST_CASE("TensorData refuses labels that do not fit") {
  const auto make = [](std::vector<std::size_t> labels) {
    return [labels] { TensorData<2>{Tensor<2>{{1, 2}, {3, 4}}, labels, {"cat", "dog"}}; };
  };
  CHECK(error_of<DataError>(make({0, 1})) == "no exception");
  CHECK(error_of<DataError>(make({0})) == "labels: expected 2, one for each sample, received 1");
  CHECK(error_of<DataError>(make({0, 1, 0})) == "labels: expected 2, one for each sample, received 3");
  CHECK(error_of<DataError>(make({0, 2})) == "labels: expected numbers below 2, received 2");
}

TEST_CASE("TensorData may be empty") {
  const TensorData<4> data{Tensor<4>::from_shape({0, 5, 6, 3}), {}, {"cat", "dog"}};
  CHECK(data.size() == 0);
}

}  // namespace tensor_data_test
