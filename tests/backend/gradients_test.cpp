// SPDX-License-Identifier: MIT
// Every gradient of the backward pass against the slope of the forward pass itself.
#include <graft/layers/pooling2d.hpp>

#include "support/backends.hpp"
#include "support/passes.hpp"

using namespace graft;
using namespace graft::test;

namespace {

constexpr Seed masks{11};  // the same dropout masks in every pass

// What the gradients are of: sum(output * G), summed in double.
template <LayeredNetwork N, class B>
double loss(std::size_t batch, const std::vector<float>& x, const std::vector<float>& p,
            const std::vector<float>& g) {
  const auto y = forward_pass<N, B, training_mode>(batch, x, p, masks, Threads{1});
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += double{y[i]} * double{g[i]};
  return sum;
}

// Compares gradient[i] with (loss(v + h) - loss(v - h)) / 2h where v = values[i], for up to 40 places of the
// tensor. No one step suits all: a large one may cross the kink of a Relu or the change of a maximum, a small
// one drowns in the rounding of the float32 outputs. A wrong gradient fits none of them.
template <class Loss>
void check_slopes(std::span<float> values, std::span<const float> gradient, float overall, Loss&& loss_of) {
  REQUIRE(values.size() == gradient.size());
  float largest = 0.1f * overall;
  for (const float g : gradient) largest = std::max(largest, std::fabs(g));
  const std::size_t stride = values.size() / 40 + 1;
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

template <class B, Shape In, class... Layers>
void check(std::size_t batch = 3) {
  using N = Net<In, Layers...>;
  auto x = random_values(batch * In.size(), 1), p = random_values(graph_of<N>.parameter_count, 2);
  for (const ParameterEntry& entry : parameter_table<N>())
    if (entry.name == "moving_variance")
      for (std::size_t i = 0; i < entry.shape.size(); ++i) p[entry.offset + i] += 1.5f;
  const auto g = random_values(batch * graph_of<N>.output_shape().size(), 3);
  const TrainingPass pass = training_pass<N, B>(batch, x, p, g, masks);
  float overall = 0.0f;
  for (const ParameterEntry& entry : parameter_table<N>())
    if (entry.trainable)
      for (const float value : part<N>(pass.gradients, entry)) overall = std::max(overall, std::fabs(value));

  const auto loss_of = [&] { return loss<N, B>(batch, x, p, g); };
  check_slopes(x, pass.input_gradient, 0.0f, loss_of);
  for (const ParameterEntry& entry : parameter_table<N>()) {
    if (!entry.trainable) continue;
    CAPTURE(entry.layer);
    CAPTURE(entry.name);
    const std::size_t size = entry.shape.size();
    check_slopes(std::span{p}.subspan(entry.offset, size),
                 std::span{pass.gradients}.subspan(entry.offset, size), overall, loss_of);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gradients of layers with weights are slopes", B, GRAFT_TESTED_BACKENDS) {
  check<B, Shape{5, 4, 3}, Conv2D<4, Kernel<3>, Same, Strides<2, 1>, Tanh>>();
  check<B, Shape{5, 6, 2}, Conv2D<3, Kernel<2, 3>, Sigmoid, NoBias>>();
  check<B, Shape{3, 4, 2}, Conv2D<3, Kernel<1>, Softmax>>();
  check<B, Shape{5, 6, 3}, Conv2D<3, Kernel<1>, Strides<2>, NoBias>>();
  check<B, Shape{4, 6, 2}, Conv2D<3, Kernel<1, 7>, Same>, Conv2D<2, Kernel<7, 1>, Same>>();
  check<B, Shape{4, 3, 70}, Conv2D<5, Kernel<3>, Same, Sigmoid>>(2);
  check<B, Shape{5, 4, 3}, DepthwiseConv2D<Kernel<3>, Same, Strides<2>, DepthMultiplier<2>, Tanh>>();
  check<B, Shape{7}, Dense<5, Softmax>>();
  check<B, Shape{7}, Dense<5, Relu, NoBias>>();
}

TEST_CASE_TEMPLATE("gradients of batch normalisation are slopes", B, GRAFT_TESTED_BACKENDS) {
  check<B, Shape{3, 4, 2}, BatchNormalization<>>();
  check<B, Shape{3, 4, 21}, BatchNormalization<>, Activation<Tanh>>();
  check<B, Shape{3, 4, 2}, BatchNormalization<NoScale>>();
  check<B, Shape{6}, BatchNormalization<NoCenter, Epsilon<std::ratio<1, 10>>>>(5);
  check<B, Shape{6}, BatchNormalization<NoCenter, NoScale>, Activation<Sigmoid>>(5);
}

TEST_CASE_TEMPLATE("gradients of batch normalisation with frozen statistics are slopes", B,
                   GRAFT_TESTED_BACKENDS) {
  check<B, Shape{3, 4, 2}, BatchNormalization<FrozenStatistics>>();
  check<B, Shape{3, 4, 21}, BatchNormalization<NoScale, FrozenStatistics>, Activation<Tanh>>();
  check<B, Shape{6}, BatchNormalization<NoCenter, FrozenStatistics>, Activation<Sigmoid>>(5);
  check<B, Shape{6}, BatchNormalization<NoCenter, NoScale, FrozenStatistics>, Activation<Sigmoid>>(5);
}

TEST_CASE_TEMPLATE("gradients of layers without weights are slopes", B, GRAFT_TESTED_BACKENDS) {
  check<B, Shape{5, 6, 2}, MaxPooling2D<Kernel<3>, Strides<2>, Same>>();
  check<B, Shape{5, 6, 2}, AveragePooling2D<Kernel<3, 2>, Strides<2>, Same>, Activation<Tanh>>();
  check<B, Shape{3, 4, 5}, GlobalAveragePooling2D, Activation<Softmax>>();
  check<B, Shape{3, 4, 2}, ZeroPadding2D<0, 1, 2, 3>, Dropout<40>, Activation<Tanh>>();
}

TEST_CASE_TEMPLATE("gradients of a whole network are slopes", B, GRAFT_TESTED_BACKENDS) {
  using Mixed = Concatenate<
      Conv2D<2, Kernel<1>, Relu>, Sequential<Conv2D<3, Kernel<1>>, Conv2D<2, Kernel<3>, Same, Tanh>>,
      Sequential<AveragePooling2D<Kernel<3>, Strides<1>, Same>, Conv2D<2, Kernel<1>>>, Sequential<>>;
  using Residual =
      Add<Sequential<>, Sequential<Conv2D<4, Kernel<1>>, DepthwiseConv2D<Kernel<3>, Same, Relu6>>>;
  check<B, Shape{9, 8, 3}, Conv2D<4, Kernel<3>, Same, Relu>, Residual, MaxPooling2D<Kernel<2>>, Mixed,
        BatchNormalization<>, GlobalAveragePooling2D, Dense<6, Tanh>, Dropout<30>, Dense<3>>();
}
