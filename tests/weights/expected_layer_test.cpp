// SPDX-License-Identifier: MIT
#include <graft/weights/expected_layer.hpp>

#include <doctest/doctest.h>

namespace expected_layer_test {

using graft::ArchiveLayer;
using graft::ExpectedLayer;
using graft::Shape;

namespace {

graft::ArchiveTensor tensor(const std::string& name, const Shape& shape) {
  return {name, "/group/" + name, shape, graft::ElementType::float32};
}

}  // namespace

TEST_CASE("layers are described with their first arrays") {
  const ExpectedLayer conv{"conv2d_1", {{"kernel", {3, 3, 3, 32}}}};
  CHECK(graft::detail::describe(conv) == "layer conv2d_1 with kernel (3, 3, 3, 32)");
  CHECK(graft::detail::describe(ExpectedLayer{"flatten", {}}) == "layer flatten");
  ArchiveLayer nested{"sequential_1", {}};
  for (const char* name : {"a/kernel:0", "a/bias:0", "b/gamma:0", "b/beta:0", "c/x:0", "d/y:0"})
    nested.tensors.push_back(tensor(name, {2}));
  CHECK(graft::detail::describe(nested) ==
        "layer sequential_1 with kernel (2,), bias (2,), gamma (2,), beta (2,) and 2 more");
}

TEST_CASE("the first difference names parameter, expected and found") {
  using graft::detail::difference;
  const ExpectedLayer dense{"dense_1", {{"kernel", {4, 2}}, {"bias", {2}}}};
  CHECK_FALSE(difference(dense, {"dense", {tensor("dense/kernel:0", {4, 2}), tensor("dense/bias:0", {2})}}));
  CHECK_FALSE(difference(dense, {"conv1", {tensor("uniform1", {4, 2}), tensor("conv1_b", {2})}}));

  const auto shape = difference(dense, {"d", {tensor("d/kernel:0", {4, 2}), tensor("d/bias:0", {3})}});
  REQUIRE(shape);
  CHECK(shape->name == "dense_1/bias");
  CHECK(shape->expected == "(2,)");
  CHECK(shape->found == "(3,) in /group/d/bias:0");

  const auto order = difference(dense, {"d", {tensor("d/bias:0", {2}), tensor("d/kernel:0", {4, 2})}});
  REQUIRE(order);
  CHECK(order->name == "dense_1/kernel");
  CHECK(order->expected == "kernel");
  CHECK(order->found == "d/bias:0 of layer d");

  const auto count = difference(dense, {"d", {tensor("d/kernel:0", {4, 2})}});
  REQUIRE(count);
  CHECK(count->name == "dense_1");
  CHECK(count->expected == "layer dense_1 with kernel (4, 2), bias (2,)");
  CHECK(count->found == "layer d with kernel (4, 2)");
}

TEST_CASE("a depthwise kernel may be called a kernel, as in Keras 3, and nothing else may") {
  using graft::detail::difference;
  const ExpectedLayer depthwise{"dw", {{"depthwise_kernel", {3, 3, 8, 1}}}};
  CHECK_FALSE(difference(depthwise, {"dw", {tensor("dw/kernel", {3, 3, 8, 1})}}));
  CHECK_FALSE(difference(depthwise, {"dw", {tensor("dw/depthwise_kernel:0", {3, 3, 8, 1})}}));
  CHECK(difference(depthwise, {"dw", {tensor("dw/pointwise_kernel:0", {3, 3, 8, 1})}}));
  const ExpectedLayer conv{"conv", {{"kernel", {3, 3, 8, 1}}}};
  CHECK(difference(conv, {"conv", {tensor("conv/depthwise_kernel:0", {3, 3, 8, 1})}}));
}

TEST_CASE("moving mean and variance in the wrong order are found though their shapes agree") {
  const ExpectedLayer norm{"bn", {{"beta", {8}}, {"moving_mean", {8}}, {"moving_variance", {8}}}};
  const auto swapped = graft::detail::difference(
      norm,
      {"bn",
       {tensor("bn/beta:0", {8}), tensor("bn/moving_variance:0", {8}), tensor("bn/moving_mean:0", {8})}});
  REQUIRE(swapped);
  CHECK(swapped->name == "bn/moving_mean");
}

TEST_CASE("a gamma too many is told to be the older Inception v3") {
  const ExpectedLayer norm{"bn", {{"beta", {8}}, {"moving_mean", {8}}, {"moving_variance", {8}}}};
  ArchiveLayer older{"batch_normalization_1", {}};
  for (const char* name : {"gamma", "beta", "moving_mean", "moving_variance"})
    older.tensors.push_back(tensor("batch_normalization_1/" + std::string{name} + ":0", {8}));
  const auto gamma = graft::detail::difference(norm, older);
  REQUIRE(gamma);
  CHECK(gamma->found.find("Inception v3's release v0.2") != std::string::npos);
  CHECK(gamma->found.find("gamma (8,), beta (8,), moving_mean (8,), moving_variance (8,)") !=
        std::string::npos);
}

}  // namespace expected_layer_test
