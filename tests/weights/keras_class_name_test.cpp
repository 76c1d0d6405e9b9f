// SPDX-License-Identifier: MIT
#include <graft/weights/keras_class_name.hpp>

#include <doctest/doctest.h>

namespace keras_class_name_test {

using graft::detail::snake_case;

TEST_CASE("classes are spelt as Keras' own function spells them") {
  CHECK(snake_case("Conv2D") == "conv2d");
  CHECK(snake_case("DepthwiseConv2D") == "depthwise_conv2d");
  CHECK(snake_case("BatchNormalization") == "batch_normalization");
  CHECK(snake_case("GlobalAveragePooling2D") == "global_average_pooling2d");
  CHECK(snake_case("ZeroPadding2D") == "zero_padding2d");
  CHECK(snake_case("ReLU") == "re_lu");
  CHECK(snake_case("LeakyReLU") == "leaky_re_lu");
  CHECK(snake_case("Dense") == "dense");
  CHECK(snake_case("InputLayer") == "input_layer");
  CHECK(snake_case("LSTM") == "lstm");
  CHECK(snake_case("Conv2DTranspose") == "conv2d_transpose");
  CHECK(snake_case("Functional") == "functional");
  CHECK(snake_case("").empty());
}

}  // namespace keras_class_name_test
