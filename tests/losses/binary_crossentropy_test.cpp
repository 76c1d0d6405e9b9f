// SPDX-License-Identifier: MIT
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/loss.hpp>

#include "losses/golden_loss.hpp"

namespace binary_crossentropy_test {

using namespace graft;
using namespace graft::test;

static_assert(Loss<BinaryCrossentropy>);

TEST_CASE("BinaryCrossentropy is Keras' loss through the logits") {
  check_golden_loss<BinaryCrossentropy>("binary_crossentropy");
  check_golden_loss<BinaryCrossentropy>("binary_crossentropy_four_outputs");
  check_golden_loss<BinaryCrossentropy>("binary_crossentropy_extreme");
}

TEST_CASE("BinaryCrossentropy stays finite and exact for logits that make the sigmoid round") {
  const BinaryCrossentropy loss;
  const float zero = 0.0f, one = 1.0f;
  for (const float z : {200.0f, 1e4f, 1e30f}) {
    CHECK(loss.value(&z, &zero, 1) == z);
    CHECK(loss.value(&z, &one, 1) == 0.0f);
    const float negative = -z;
    CHECK(loss.value(&negative, &one, 1) == z);
    CHECK(loss.value(&negative, &zero, 1) == 0.0f);
    float dz = 9.0f;
    loss.gradient(&negative, &one, 1, 1.0f, &dz);
    CHECK(dz == -1.0f);
    loss.gradient(&z, &one, 1, 1.0f, &dz);
    CHECK(dz == 0.0f);
  }
}

// Keras: t (1 - s) + s / 2, then the same loss.
TEST_CASE("BinaryCrossentropy smooths labels as Keras does") {
  const BinaryCrossentropy smoothing{.label_smoothing = 0.2f};
  const std::vector<float> z{-1.5f, 0.25f, 2.0f}, hard{0.0f, 1.0f, 1.0f}, soft{0.1f, 0.9f, 0.9f};
  CHECK(smoothing.value(z.data(), hard.data(), 3) ==
        doctest::Approx(BinaryCrossentropy{}.value(z.data(), soft.data(), 3)).epsilon(1e-6));
  // By hand for z = 0.25, t = 1: log(1 + exp(z)) - 0.9 z.
  CHECK(double{smoothing.value(&z[1], &hard[1], 1)} ==
        doctest::Approx(std::log1p(std::exp(0.25)) - 0.9 * 0.25).epsilon(1e-6));
  std::vector<float> from_hard(3), from_soft(3);
  smoothing.gradient(z.data(), hard.data(), 3, 0.5f, from_hard.data());
  BinaryCrossentropy{}.gradient(z.data(), soft.data(), 3, 0.5f, from_soft.data());
  CHECK(difference(from_hard, from_soft) < 1e-6);
}

TEST_CASE("BinaryCrossentropy's gradient is the slope of its value") {
  check_gradient_by_differences(BinaryCrossentropy{}, {-2.0f, -0.25f, 0.5f, 1.75f}, {1.0f, 0.0f, 1.0f, 0.5f});
  check_gradient_by_differences(BinaryCrossentropy{.label_smoothing = 0.1f}, {-2.0f, 0.5f}, {1.0f, 0.0f});
}

// The golden's predictions are probabilities, some of them one half and its neighbours; log(p / (1 - p)) is
// the logit.
TEST_CASE("BinaryCrossentropy counts a prediction of one half to class 0, as Keras does") {
  const Golden golden{"metrics/binary_accuracy"};
  const auto predictions = golden("predictions"), targets = golden("targets"), each = golden("each");
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    CAPTURE(predictions[i]);
    const double p = double{predictions[i]};
    const float z = static_cast<float>(std::log(p / (1.0 - p)));
    CHECK(BinaryCrossentropy::accuracy(&z, &targets[i], 1) == each[i]);
  }
  const float z[] = {3.0f, -1.0f, 0.5f, -2.0f}, t[] = {1.0f, 1.0f, 1.0f, 0.0f};
  CHECK(BinaryCrossentropy::accuracy(z, t, 4) == 0.75f);
}

}  // namespace binary_crossentropy_test
