// SPDX-License-Identifier: MIT
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/model/parameter_gradients.hpp>
#include <graft/model/trainable.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/trainer.hpp>

#include "support/backends.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>

namespace parameter_gradients_test {

using namespace graft;
using namespace graft::test;

namespace {

using Head = detail::Bound<Shape{5, 4, 3}, Sequential<Conv2D<6, Kernel<3>, Relu>, BatchNormalization<>,
                                                      Flatten, Dense<37, Relu>, Dense<1, Sigmoid>>>;
constexpr std::size_t batch = 7;

}  // namespace

static_assert(detail::largest_gradient<Head> == 3 * 3 * 3 * 6 + 6, "the convolution's; no Dense is stored");

TEST_CASE_TEMPLATE("a node's update on the way back moves what its stored gradients would", B,
                   GRAFT_MODEL_BACKENDS) {
  const SGD optimizer{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true};
  typename B::Context context{Threads{2}};
  Trainable<Head, B> head{Seed{3}};
  Trainer<Head, B, BinaryCrossentropy, SGD> trainer{head.data(), {}, optimizer, Seed{}, batch};
  const auto x = random_values(batch * Head::input_shape.size(), 1);
  const std::vector<float> targets{1, 0, 1, 1, 0, 0, 1};

  std::vector<float> slots(graph_of<Head>.parameter_count);
  for (int step = 0; step < 3; ++step) {
    auto expected = head.parameters();
    trainer.compute_gradients(context, batch, x.data(), targets.data());
    const auto moved = head.parameters();  // the forward pass itself moves statistics
    optimizer.visit_rule(1, [&](const auto& rule) {
      HostContext one{Threads{1}};
      for (const Node& node : graph_of<Head>.nodes)
        Reference::update(one, rule, node.trainable_size, expected.data() + node.parameter_offset,
                          trainer.gradients() + node.parameter_offset,
                          {slots.data() + node.parameter_offset});
    });
    trainer.step(context, batch, x.data(), targets.data());
    const auto after = head.parameters();
    for (const Node& node : graph_of<Head>.nodes) {
      CAPTURE(node.name());
      const auto of = [&](const std::vector<float>& all) {
        return std::span{all}.subspan(node.parameter_offset, node.trainable_size);
      };
      CHECK(difference(of(after), of(expected)) < 1e-5);
      if (node.trainable_size > 0) CHECK(difference(of(after), of(moved)) > 1e-4);
    }
  }
}

}  // namespace parameter_gradients_test
