// SPDX-License-Identifier: MIT
// What the tests of all losses share: Keras' values and gradients.
#pragma once

#include "support/golden.hpp"
#include "support/values.hpp"
#include <cmath>
#include <doctest/doctest.h>
#include <string>

namespace graft::test {

/// A loss of each sample, their mean and its gradient against tests/golden/losses/. The values are of up to
/// 200 and come from exp and log of two libraries, so they agree relatively, to some units of 6e-8.
template <class Loss>
void check_golden_loss(const std::string& name) {
  CAPTURE(name);
  const Golden golden{"losses/" + name};
  const xt::xarray<float> shape = golden.array("logits");
  const std::size_t batch = shape.shape(0), units = shape.shape(1);
  const auto logits = golden("logits"), targets = golden("targets"), each = golden("loss_each");
  const Loss loss{};
  std::vector<float> gradient(logits.size());
  double sum = 0.0;
  for (std::size_t row = 0; row < batch; ++row) {
    CAPTURE(row);
    const float *z = logits.data() + row * units, *t = targets.data() + row * units;
    const double value = double{loss.value(z, t, units)};
    CHECK(std::fabs(value - double{each[row]}) <= 1e-6 * std::max(1.0, double{each[row]}));
    sum += value;
    loss.gradient(z, t, units, 1.0f / static_cast<float>(batch), gradient.data() + row * units);
  }
  const double mean = double{golden("loss")[0]};
  CHECK(std::fabs(sum / static_cast<double>(batch) - mean) <= 1e-6 * std::max(1.0, mean));
  CHECK(difference(gradient, golden("logits_gradient")) < 1e-6);
}

/// The gradient against central differences of the value in steps of 1/64, which float32 adds without error.
template <class Loss>
void check_gradient_by_differences(const Loss& loss, std::vector<float> z, const std::vector<float>& target) {
  constexpr float step = 1.0f / 64.0f;
  std::vector<float> gradient(z.size());
  loss.gradient(z.data(), target.data(), z.size(), 1.0f, gradient.data());
  for (std::size_t i = 0; i < z.size(); ++i) {
    CAPTURE(i);
    const float at = z[i];
    z[i] = at + step;
    const double above = double{loss.value(z.data(), target.data(), z.size())};
    z[i] = at - step;
    const double below = double{loss.value(z.data(), target.data(), z.size())};
    z[i] = at;
    CHECK(double{gradient[i]} == doctest::Approx((above - below) / (2.0 * double{step})).epsilon(2e-4));
  }
}

}  // namespace graft::test
