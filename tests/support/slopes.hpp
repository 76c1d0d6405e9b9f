// SPDX-License-Identifier: MIT
#pragma once

#include "support/passes.hpp"
#include <doctest/doctest.h>

namespace graft::test {

inline constexpr Seed masks{11};  // the same dropout masks in every pass

/// What the gradients are of: sum(output * G), summed in double.
template <LayeredNetwork N, class B>
double loss(std::size_t batch, const std::vector<float>& x, const std::vector<float>& p,
            const std::vector<float>& g) {
  const auto y = forward_pass<N, B, training_mode>(batch, x, p, masks, Threads{1});
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += double{y[i]} * double{g[i]};
  return sum;
}

/// Compares gradient[i] with (loss(v + h) - loss(v - h)) / 2h where v = values[i], for up to so many places
/// of the tensor. No one step suits all: a large one may cross the kink of a Relu or the change of a maximum,
/// a small one drowns in the rounding of the float32 outputs. A wrong gradient fits none of them.
template <class Loss>
void check_slopes(std::span<float> values, std::span<const float> gradient, float overall, std::size_t places,
                  Loss&& loss_of) {
  REQUIRE(values.size() == gradient.size());
  float largest = 0.1f * overall;
  for (const float g : gradient) largest = std::max(largest, std::fabs(g));
  const std::size_t stride = values.size() / places + 1;
  for (std::size_t i = 0; i < values.size(); i += stride) {
    const float value = values[i];
    double best = std::numeric_limits<double>::infinity();
    for (const float h : {0x1p-5f, 0x1p-7f, 0x1p-9f}) {
      values[i] = value + h;
      const double above = loss_of(), up = double{values[i]};
      values[i] = value - h;
      const double slope = (above - loss_of()) / (up - double{values[i]});
      values[i] = value;
      best = std::min(best, std::fabs(slope - double{gradient[i]}));
      if (best < 1e-3 * double{largest}) break;
    }
    CAPTURE(i);
    CAPTURE(gradient[i]);
    CHECK(best < 1e-3 * double{largest});
  }
}

/// Every gradient of a network, a Net<...>, against the slope of its forward pass; `scale` makes kernels
/// smaller, so that deep networks stay where float32 is exact enough.
template <LayeredNetwork N, class B>
void check_gradients(std::size_t batch, float scale = 1.0f, std::size_t places = 40) {
  auto x = random_values(batch * N::input_shape.size(), 1), p = random_values(graph_of<N>.parameter_count, 2);
  for (const ParameterEntry& entry : parameter_table<N>())
    for (std::size_t i = entry.offset; i < entry.offset + entry.shape.size(); ++i) {
      if (entry.name == "moving_variance") p[i] += 1.5f;
      if (entry.name.ends_with("kernel")) p[i] *= scale;
    }
  const auto g = random_values(batch * graph_of<N>.output_shape().size(), 3);
  const TrainingPass pass = training_pass<N, B>(batch, x, p, g, masks);
  float overall = 0.0f;
  for (const ParameterEntry& entry : parameter_table<N>())
    if (entry.trainable)
      for (const float value : part<N>(pass.gradients, entry)) overall = std::max(overall, std::fabs(value));

  const auto loss_of = [&] { return loss<N, B>(batch, x, p, g); };
  check_slopes(x, pass.input_gradient, 0.0f, places, loss_of);
  for (const ParameterEntry& entry : parameter_table<N>()) {
    if (!entry.trainable) continue;
    CAPTURE(entry.layer);
    CAPTURE(entry.name);
    const std::size_t size = entry.shape.size();
    check_slopes(std::span{p}.subspan(entry.offset, size),
                 std::span{pass.gradients}.subspan(entry.offset, size), overall, places, loss_of);
  }
}

}  // namespace graft::test
