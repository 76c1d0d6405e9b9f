// SPDX-License-Identifier: MIT
// What the tests of all optimizers share: twenty steps beside Keras.
#pragma once

#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/training/trainer.hpp>

#include "support/backends.hpp"
#include "support/golden_head.hpp"
#include <cmath>
#include <doctest/doctest.h>
#include <string>

namespace graft::test {

using SigmoidNet = detail::Bound<GoldenInput::shape, SigmoidHead>;
using SoftmaxNet = detail::Bound<GoldenInput::shape, SoftmaxHead>;

/// Twenty steps from Keras' initial weights over Keras' batches: parameters after the first and the last step
/// within 1e-5 of Keras', and each batch's loss.
template <LayeredNetwork N, Backend B, Loss L, Optimizer O>
void check_golden_optimizer(const std::string& name, const O& optimizer) {
  CAPTURE(name);
  const bool sigmoid = std::is_same_v<N, SigmoidNet>;
  const Golden golden{"optimizers/" + name}, shared{"optimizers/shared"};
  const auto inputs = shared("inputs"), targets = shared(sigmoid ? "targets" : "one_hot_targets"),
             losses = golden("losses");
  constexpr std::size_t batch = 10, steps = 20;
  constexpr std::size_t units = graph_of<N>.output_shape().size();
  REQUIRE(inputs.size() == steps * batch * N::input_shape.size());
  REQUIRE(targets.size() == steps * batch * units);

  Trainable<N, B> head{Seed{}};
  set_golden_parameters(head, shared, sigmoid ? "sigmoid_initial_" : "softmax_initial_");
  typename B::Context context{Threads{2}};
  Trainer<N, B, L, O> trainer{head.data(), L{}, optimizer, Seed{}, batch};
  typename B::Buffer x{batch * N::input_shape.size()}, t{batch * units};
  for (std::size_t step = 0; step < steps; ++step) {
    B::upload(context, std::span{inputs}.subspan(step * x.size(), x.size()), x.data());
    B::upload(context, std::span{targets}.subspan(step * t.size(), t.size()), t.data());
    const LossSums sums = trainer.step(context, batch, x.data(), t.data());
    CAPTURE(step);
    CHECK(std::fabs(sums.loss / double{batch} - double{losses[step]}) <= 1e-5);
    if (step == 0) check_golden_parameters(head, golden, "after_1_");
  }
  check_golden_parameters(head, golden, "after_20_");
}

}  // namespace graft::test
