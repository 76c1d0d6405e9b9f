// SPDX-License-Identifier: MIT
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/losses/loss.hpp>

#include "losses/golden_loss.hpp"

namespace categorical_crossentropy_test {

using namespace graft;
using namespace graft::test;

static_assert(Loss<CategoricalCrossentropy>);

TEST_CASE("CategoricalCrossentropy is Keras' loss through the logits") {
  check_golden_loss<CategoricalCrossentropy>("categorical_crossentropy");
  check_golden_loss<CategoricalCrossentropy>("categorical_crossentropy_extreme");
}

TEST_CASE("CategoricalCrossentropy stays finite for logits that overflow exp") {
  const CategoricalCrossentropy loss;
  const float z[] = {1e30f, 0.0f, -1e30f}, first[] = {1.0f, 0.0f, 0.0f}, second[] = {0.0f, 1.0f, 0.0f};
  CHECK(loss.value(z, first, 3) == 0.0f);
  CHECK(loss.value(z, second, 3) == 1e30f);
  float dz[3];
  loss.gradient(z, second, 3, 1.0f, dz);
  CHECK(dz[0] == 1.0f);
  CHECK(dz[1] == -1.0f);
  CHECK(dz[2] == 0.0f);
}

// Keras: t (1 - s) + s / classes, then the same loss.
TEST_CASE("CategoricalCrossentropy smooths labels as Keras does") {
  const CategoricalCrossentropy smoothing{.label_smoothing = 0.3f};
  const std::vector<float> z{-1.5f, 0.25f, 2.0f}, hard{0.0f, 1.0f, 0.0f}, soft{0.1f, 0.8f, 0.1f};
  const double log_sum = std::log(std::exp(-1.5) + std::exp(0.25) + std::exp(2.0));
  CHECK(double{smoothing.value(z.data(), hard.data(), 3)} ==
        doctest::Approx(log_sum - (0.1 * -1.5 + 0.8 * 0.25 + 0.1 * 2.0)).epsilon(1e-6));
  std::vector<float> from_hard(3), from_soft(3);
  smoothing.gradient(z.data(), hard.data(), 3, 0.5f, from_hard.data());
  CategoricalCrossentropy{}.gradient(z.data(), soft.data(), 3, 0.5f, from_soft.data());
  CHECK(difference(from_hard, from_soft) < 1e-6);
}

TEST_CASE("CategoricalCrossentropy's gradient is the slope of its value, for any targets") {
  const std::vector<float> z{-1.0f, 0.5f, 1.25f, 0.0f};
  check_gradient_by_differences(CategoricalCrossentropy{}, z, {0.0f, 0.0f, 1.0f, 0.0f});
  check_gradient_by_differences(CategoricalCrossentropy{}, z, {0.25f, 0.5f, 0.75f, 0.5f});
  check_gradient_by_differences(CategoricalCrossentropy{.label_smoothing = 0.1f}, z,
                                {1.0f, 0.0f, 0.0f, 0.0f});
}

// The largest logit is the largest probability: the golden's predictions stand in for logits.
TEST_CASE("CategoricalCrossentropy takes the first of equal predictions, as Keras does") {
  const Golden golden{"metrics/categorical_accuracy"};
  const auto predictions = golden("predictions"), targets = golden("targets"), each = golden("each");
  const std::size_t classes = predictions.size() / each.size();
  for (std::size_t row = 0; row < each.size(); ++row) {
    CAPTURE(row);
    CHECK(CategoricalCrossentropy::accuracy(predictions.data() + row * classes,
                                            targets.data() + row * classes, classes) == each[row]);
  }
}

}  // namespace categorical_crossentropy_test
