// SPDX-License-Identifier: MIT
#include <graft/layers/batch_normalization.hpp>

#include "support/golden_layer.hpp"

namespace batch_normalization_test {

using namespace graft;
using namespace graft::test;

using Plain = BatchNormalization<>;
using NoGamma = BatchNormalization<NoScale>;
static_assert(Layer<Plain> && Layer<NoGamma>);
static_assert(Plain::epsilon == 1e-3 && Plain::momentum == 0.99);
static_assert(BatchNormalization<Momentum<std::ratio<9, 10>>, Epsilon<std::ratio<1, 100>>>::momentum == 0.9);
static_assert(BatchNormalization<Momentum<std::ratio<9, 10>>, Epsilon<std::ratio<1, 100>>>::epsilon == 0.01);
static_assert(Plain::output_shape({4, 5, 6}) == Shape{4, 5, 6});
static_assert(Plain::parameters({4, 5, 6}).size() == 4);
static_assert(Plain::parameters({4, 5, 6})[0].name == "gamma" &&
              Plain::parameters({4, 5, 6})[1].name == "beta");
static_assert(Plain::parameters({4, 5, 6})[2].name == "moving_mean" &&
              Plain::parameters({4, 5, 6})[3].name == "moving_variance");
static_assert(Plain::parameters({4, 5, 6})[1].trainable && !Plain::parameters({4, 5, 6})[2].trainable &&
              !Plain::parameters({4, 5, 6})[3].trainable);
static_assert(Plain::parameters({4, 5, 6})[3].initializer == Initializer::ones &&
              Plain::parameters({4, 5, 6})[3].shape == Shape{6});
static_assert(NoGamma::parameters({6}).size() == 3 && NoGamma::parameters({6})[0].name == "beta");
static_assert(BatchNormalization<NoCenter>::parameters({6}).size() == 3 &&
              BatchNormalization<NoCenter>::parameters({6})[1].name == "moving_mean");
static_assert(BatchNormalization<NoCenter, NoScale>::parameters({6}).size() == 2 &&
              BatchNormalization<NoCenter, NoScale>::parameters({6})[0].name == "moving_mean");

namespace {

template <class B, class L>
void check_training(const std::string& name) {
  const Golden golden{"layers/" + name};
  using N = Net<Shape{4, 5, 6}, L>;
  const TrainingPass pass = check_golden_training<B, Shape{4, 5, 6}, L>(name);
  const auto& table = parameter_table<N>();
  CHECK(difference(part<N>(pass.parameters, table[L::mean_index]), golden("new_moving_mean")) <
        golden_tolerance);
  // The variance of N, as Keras 3 stores it; Keras 2's of N / (N - 1) is another number.
  const auto variance = part<N>(pass.parameters, table[L::variance_index]);
  CHECK(difference(variance, golden("new_moving_variance_keras3")) < golden_tolerance);
  CHECK(difference(variance, golden("new_moving_variance_keras2")) > 10 * golden_tolerance);
  // The pass moved nothing else.
  const auto before = golden_parameters<N>(golden);
  for (std::size_t i = 0; i < L::mean_index; ++i)
    CHECK(same_bits(part<N>(pass.parameters, table[i]), part<N>(before, table[i])));
}

}  // namespace

// Outside training a normalisation is only ever frozen, so there is no gradient to compare.
TEST_CASE_TEMPLATE("BatchNormalization on its stored statistics computes as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_golden_inference<B, Shape{4, 5, 6}, Plain>("batch_normalization");
  check_golden_inference<B, Shape{4, 5, 6}, NoGamma>("batch_normalization_no_scale");
}

TEST_CASE_TEMPLATE("BatchNormalization in training computes, differentiates and remembers as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_training<B, Plain>("batch_normalization_training");
  check_training<B, NoGamma>("batch_normalization_no_scale_training");
}

TEST_CASE_TEMPLATE("BatchNormalization folds into the layer before it without changing the result", B,
                   GRAFT_TESTED_BACKENDS) {
  using N =
      Net<Shape{5, 4, 3}, Conv2D<6, Kernel<3>, Same, NoBias>, Plain, Activation<Relu>, Conv2D<4, Kernel<1>>,
          NoGamma, Flatten, Dense<5>, BatchNormalization<NoCenter>, Activation<Sigmoid>>;
  static_assert(plan_of<N, frozen_mode>.step_count == 4,
                "the copy of the input, two convolutions, one Dense");
  auto parameters = random_values(graph_of<N>.parameter_count, 1);
  for (const ParameterEntry& entry : parameter_table<N>())
    if (entry.name == "moving_variance")
      for (std::size_t i = 0; i < entry.shape.size(); ++i) parameters[entry.offset + i] += 1.5f;
  const auto input = random_values(3 * 60, 2);
  CHECK(difference(forward_pass<N, B, frozen_mode>(3, input, parameters),
                   forward_pass<N, B, inference_mode>(3, input, parameters)) < golden_tolerance);
}

}  // namespace batch_normalization_test
