// SPDX-License-Identifier: MIT
#include <graft/weights/parameter_name.hpp>

#include <doctest/doctest.h>

namespace parameter_name_test {

using graft::detail::base_name;
using graft::detail::parameter_name;

TEST_CASE("the base name drops scope and output number") {
  CHECK(base_name("conv2d_1/kernel:0") == "kernel");
  CHECK(base_name("conv1/conv/kernel:0") == "kernel");
  CHECK(base_name("conv2d/kernel") == "kernel");
  CHECK(base_name("uniform1") == "uniform1");
  CHECK(base_name("") == "");
}

TEST_CASE("every generation's names lead to Keras 2's parameter") {
  CHECK(parameter_name("conv2d_1/kernel:0") == "kernel");
  CHECK(parameter_name("sequential/dense/bias") == "bias");
  CHECK(parameter_name("bn/moving_variance:0") == "moving_variance");
  CHECK(parameter_name("conv_dw_1/depthwise_kernel:0") == "depthwise_kernel");
  CHECK(parameter_name("dense/kernel_1:0") == "kernel");
  CHECK(parameter_name("normalization/mean:0") == "mean");
  CHECK(parameter_name("normalization/variance:0") == "variance");
  CHECK(parameter_name("normalization/count:0") == "count");
  CHECK(parameter_name("block1_conv1_W_1:0") == "kernel");
  CHECK(parameter_name("block1_conv1_b_1:0") == "bias");
  CHECK(parameter_name("convolution2d_1_W:0") == "kernel");
  CHECK(parameter_name("batchnormalization_1_running_mean:0") == "moving_mean");
  CHECK(parameter_name("batchnormalization_1_running_std:0") == "moving_variance");
  CHECK(parameter_name("fire2/squeeze1x1_b") == "bias");
}

TEST_CASE("names that tell nothing give nothing") {
  CHECK(parameter_name("uniform1").empty());
  CHECK(parameter_name("param_0").empty());
  CHECK(parameter_name("").empty());
  CHECK(parameter_name("12").empty());
  CHECK(parameter_name("/").empty());
}

}  // namespace parameter_name_test
