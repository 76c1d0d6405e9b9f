// SPDX-License-Identifier: MIT
#include <graft/layers/dense.hpp>

#include "support/golden_layer.hpp"

namespace dense_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Dense<5>>);
static_assert(Dense<1024>::accepts({37632}));
static_assert(!Dense<1024>::accepts({7, 7, 768}),
              "Keras' Dense on maps is not built: Flatten stands between");
static_assert(!Dense<1024>::accepts({}));
static_assert(Dense<1024>::output_shape({37632}) == Shape{1024});
static_assert(Dense<1024>::macs({37632}) == 37632 * 1024);
static_assert(Dense<5>::parameters({11}).size() == 2);
static_assert(Dense<5>::parameters({11})[0].name == "kernel" &&
              Dense<5>::parameters({11})[0].shape == Shape{11, 5} &&
              Dense<5>::parameters({11})[0].initializer == Initializer::glorot_uniform);
static_assert(Dense<5>::parameters({11})[1].name == "bias" &&
              Dense<5>::parameters({11})[1].shape == Shape{5} &&
              Dense<5>::parameters({11})[1].initializer == Initializer::zeros);
static_assert(Dense<5, NoBias>::parameters({11}).size() == 1 && !Dense<5, Relu, NoBias>::use_bias);
static_assert(std::is_same_v<Dense<5>::activation, Linear>);
static_assert(std::is_same_v<Dense<5, NoBias, Tanh>::activation, Tanh>);

TEST_CASE_TEMPLATE("Dense computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{11}, Dense<5>>("dense_linear");
  check_golden<B, Shape{11}, Dense<5, Relu>>("dense_relu");
  check_golden<B, Shape{11}, Dense<5, Sigmoid>>("dense_sigmoid");
  check_golden<B, Shape{11}, Dense<5, Swish>>("dense_swish");
  check_golden<B, Shape{11}, Dense<5, Tanh>>("dense_tanh");
  check_golden<B, Shape{11}, Dense<5, Softmax>>("dense_softmax");
}

}  // namespace dense_test
