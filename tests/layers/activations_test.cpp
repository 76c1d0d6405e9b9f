// SPDX-License-Identifier: MIT
#include <graft/layers/activations.hpp>

#include "support/golden_layer.hpp"

namespace activations_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Activation<Relu>>);
static_assert(ActivationFunction<Linear> && ActivationFunction<Softmax> && !ActivationFunction<Flatten>);
static_assert(Activation<Tanh>::output_shape({3, 4, 5}) == Shape{3, 4, 5});
static_assert(Activation<Tanh>::accepts({5}) && !Activation<Tanh>::accepts({4, 5}));
static_assert(Activation<Tanh>::parameters({5}).empty() && Activation<Tanh>::macs({5}) == 0);
static_assert(Activation<Relu>::keras_class == "Activation" && Activation<Relu6>::keras_class == "ReLU");
static_assert(Relu::elementwise && !Softmax::elementwise);
static_assert(detail::derivative_of_input<Swish> && !detail::derivative_of_input<Sigmoid>);

TEST_CASE_TEMPLATE("Activation computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, Activation<Linear>>("activation_linear");
  check_golden<B, Shape{3, 4, 5}, Activation<Relu>>("activation_relu");
  check_golden<B, Shape{3, 4, 5}, Activation<Relu6>>("activation_relu6");
  check_golden<B, Shape{3, 4, 5}, Activation<Sigmoid>>("activation_sigmoid");
  check_golden<B, Shape{3, 4, 5}, Activation<Swish>>("activation_swish");
  check_golden<B, Shape{3, 4, 5}, Activation<Tanh>>("activation_tanh");
  check_golden<B, Shape{3, 4, 5}, Activation<Softmax>>("activation_softmax");
}

}  // namespace activations_test
