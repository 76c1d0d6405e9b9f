// SPDX-License-Identifier: MIT
#include <graft/layers/dropout.hpp>

#include "support/golden_layer.hpp"

namespace dropout_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Dropout<20>> && Layer<Dropout<0>>);
static_assert(Dropout<20>::output_shape({3, 4, 5}) == Shape{3, 4, 5});
static_assert(Dropout<20>::parameters({5}).empty());
static_assert(Dropout<20>::rule == DropoutRule{20, 100, false} && Dropout<20>::rule.rate() == 0.2);
static_assert(Dropout<3, WholeSamples, Of<80>>::rule == DropoutRule{3, 80, true});
static_assert(Dropout<999, Of<1000>>::is_rate && !Dropout<80, Of<80>>::is_rate);

namespace {

constexpr std::size_t batch = 10, units = 2000;
using Twenty = Net<Shape{units}, Dropout<20>>;

template <class B>
std::vector<float> mask(Seed seed) {
  const std::vector<float> ones(batch * units, 1.0f);
  return forward_pass<Twenty, B, training_mode>(batch, ones, {}, seed);
}

}  // namespace

TEST_CASE_TEMPLATE("Dropout is the identity outside training, as in Keras", B, GRAFT_TESTED_BACKENDS) {
  const Golden golden{"layers/dropout_inference"};
  check_golden_inference<B, Shape{3, 4, 5}, Dropout<50>>("dropout_inference");
  using N = Net<Shape{3, 4, 5}, Dropout<50>>;
  CHECK(same_bits(forward_pass<N, B, inference_mode>(2, golden("input"), {}), golden("input")));
}

TEST_CASE_TEMPLATE("Dropout drops its share in training and scales the rest by 1 / (1 - rate)", B,
                   GRAFT_TESTED_BACKENDS) {
  const auto values = mask<B>({7});
  std::size_t dropped = 0;
  for (const float value : values) {
    if (value == 0.0f)
      ++dropped;
    else
      CHECK(value == doctest::Approx(1.25).epsilon(1e-6));
  }
  // 20000 draws at 0.2 have a standard deviation of 57: five of them.
  CHECK(dropped > 4000 - 285);
  CHECK(dropped < 4000 + 285);
  // Every sample of the batch has a mask of its own.
  const std::span all{values};
  CHECK_FALSE(same_bits(all.subspan(0, units), all.subspan(units, units)));
}

TEST_CASE_TEMPLATE("the mask follows from the seed of the step alone", B, GRAFT_TESTED_BACKENDS) {
  CHECK(same_bits(mask<B>({7}), mask<B>({7})));
  CHECK(same_bits(mask<B>({7}), mask<Reference>({7})));
  // Independent masks agree where both keep or both drop: 0.8^2 + 0.2^2 = 0.68, sd 0.0033.
  const auto a = mask<B>({7}), b = mask<B>({8});
  double equal = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1.0 : 0.0;
  CHECK(equal / static_cast<double>(a.size()) == doctest::Approx(0.68).epsilon(0.025));
}

TEST_CASE_TEMPLATE("two Dropout layers of a network draw different masks", B, GRAFT_TESTED_BACKENDS) {
  using Two = Net<Shape{units}, Dropout<20>, Dropout<20>>;
  const std::vector<float> ones(batch * units, 1.0f);
  const auto values = forward_pass<Two, B, training_mode>(batch, ones, {}, {7});
  // With one mask for both, 0.8 would survive instead of 0.64 (sd 0.0034).
  const auto kept = std::count_if(values.begin(), values.end(), [](float v) { return v != 0.0f; });
  CHECK(static_cast<double>(kept) / static_cast<double>(values.size()) ==
        doctest::Approx(0.64).epsilon(0.027));
}

TEST_CASE_TEMPLATE("the gradient of Dropout goes through the mask of its forward pass", B,
                   GRAFT_TESTED_BACKENDS) {
  const auto x = random_values(batch * units, 1), dy = random_values(batch * units, 2);
  const TrainingPass pass = training_pass<Twenty, B>(batch, x, {}, dy, {7});
  const auto factors = mask<B>({7});
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(pass.output[i] == x[i] * factors[i]);
    REQUIRE(pass.input_gradient[i] == dy[i] * factors[i]);
  }
}

TEST_CASE_TEMPLATE("WholeSamples drops all of a sample or nothing", B, GRAFT_TESTED_BACKENDS) {
  constexpr std::size_t samples = 2000;
  using Whole = Net<Shape{2, 3, 2}, Dropout<30, Of<80>, WholeSamples>>;
  const std::vector<float> ones(samples * 12, 1.0f);
  const TrainingPass pass = training_pass<Whole, B>(samples, ones, {}, ones, {7});
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const float factor = pass.output[12 * i];
    dropped += factor == 0.0f ? 1 : 0;
    if (factor != 0.0f) CHECK(factor == doctest::Approx(1.6).epsilon(1e-6));
    for (std::size_t k = 0; k < 12; ++k) {
      REQUIRE(pass.output[12 * i + k] == factor);
      REQUIRE(pass.input_gradient[12 * i + k] == factor);
    }
  }
  // 2000 draws at 0.375 have a standard deviation of 22: five of them.
  CHECK(dropped > 750 - 110);
  CHECK(dropped < 750 + 110);
}

TEST_CASE_TEMPLATE("Dropout<0> keeps everything and Dropout<99> little", B, GRAFT_TESTED_BACKENDS) {
  const auto x = random_values(units, 1);
  CHECK(same_bits(forward_pass<Net<Shape{units}, Dropout<0>>, B, training_mode>(1, x, {}), x));
  const auto rest = forward_pass<Net<Shape{units}, Dropout<99>>, B, training_mode>(1, x, {});
  const auto kept = std::count_if(rest.begin(), rest.end(), [](float v) { return v != 0.0f; });
  CHECK(kept > 0);
  CHECK(kept < 50);  // 20 expected, sd 4.5
}

}  // namespace dropout_test
