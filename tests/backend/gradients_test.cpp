// SPDX-License-Identifier: MIT
// Every gradient of the backward pass against the slope of the forward pass itself.
#include <graft/layers/pooling2d.hpp>

#include "support/backends.hpp"
#include "support/slopes.hpp"

namespace gradients_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class B, Shape In, class... Layers>
void check(std::size_t batch = 3) {
  check_gradients<Net<In, Layers...>, B>(batch);
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
  check<B, Shape{5, 4, 3}, SeparableConv2D<4, Kernel<3>, Same, Strides<2>, DepthMultiplier<2>, Tanh>>();
  check<B, Shape{5, 4, 3}, SeparableConv2D<4, Kernel<3, 2>, NoBias>, SeparableConv2D<2, Kernel<3>, Same>>();
  check<B, Shape{7}, Dense<5, Softmax>>();
  check<B, Shape{7}, Dense<5, Relu, NoBias>>();
  check<B, Shape{7}, Dense<5, Swish>, Activation<Swish>>();
  check<B, Shape{5, 4, 3}, Concatenate<Conv2D<4, Kernel<3>, Swish>, Conv2D<2, Kernel<3>, Tanh>>>();
  check<B, Shape{5, 4, 3}, Concatenate<Activation<Tanh>, DepthwiseConv2D<Kernel<3>, Same, Swish>>>();
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
  check<B, Shape{3, 4, 2}, Reshape<2, 2, 6>, Dropout<2, Of<5>, WholeSamples>, Activation<Swish>>();
  check<B, Shape{3, 4, 2}, Rescaling<std::ratio<3, 4>, std::ratio<1>>,
        Concatenate<Activation<Swish>, Sequential<>>>();
  check<B, Shape{3, 4, 2}, Multiply<Activation<Tanh>, Sequential<>>>();
  check<B, Shape{3, 4, 2}, Multiply<GlobalAveragePooling2DKeepDims, Activation<Sigmoid>>, Flatten>();
  check<B, Shape{3, 4, 2}, Multiply<Sequential<>, Sequential<>>>();
  check<B, Shape{5, 4, 2}, CorrectPadding2D<Kernel<3>>, DepthwiseConv2D<Kernel<3>, Strides<2>>>();
}

TEST_CASE_TEMPLATE("the gradient of Normalization is its slope", B, GRAFT_TESTED_BACKENDS) {
  using N = Net<Shape{2, 2, 2}, Normalization, Activation<Tanh>>;
  auto x = random_values(24, 1);
  const auto g = random_values(24, 3);
  const std::vector<float> p{0.1f, -0.2f, 0.25f, 4.0f, 1.0f};
  const TrainingPass pass = training_pass<N, B>(3, x, p, g);
  check_slopes(x, pass.input_gradient, 0.0f, 40, [&] { return loss<N, B>(3, x, p, g); });
}

TEST_CASE_TEMPLATE("gradients of a whole network are slopes", B, GRAFT_TESTED_BACKENDS) {
  using Mixed = Concatenate<
      Conv2D<2, Kernel<1>, Relu>, Sequential<Conv2D<3, Kernel<1>>, Conv2D<2, Kernel<3>, Same, Tanh>>,
      Sequential<AveragePooling2D<Kernel<3>, Strides<1>, Same>, Conv2D<2, Kernel<1>>>, Sequential<>>;
  using Residual =
      Add<Sequential<>, Sequential<Conv2D<4, Kernel<1>>, DepthwiseConv2D<Kernel<3>, Same, Relu6>>>;
  using Excite =
      Multiply<Sequential<>, Sequential<GlobalAveragePooling2D, Reshape<1, 1, 4>, Conv2D<2, Kernel<1>, Swish>,
                                        Conv2D<4, Kernel<1>, Sigmoid>>>;
  check<B, Shape{5, 4, 3}, Conv2D<4, Kernel<3>, Same, NoBias>, BatchNormalization<>, Activation<Swish>,
        Excite, Add<Sequential<Conv2D<4, Kernel<1>>, Dropout<1, Of<3>, WholeSamples>>, Sequential<>>, Flatten,
        Dense<3>>();
  check<B, Shape{9, 8, 3}, Conv2D<4, Kernel<3>, Same, Relu>, Residual, MaxPooling2D<Kernel<2>>, Mixed,
        BatchNormalization<>, GlobalAveragePooling2D, Dense<6, Tanh>, Dropout<30>, Dense<3>>();
}

}  // namespace gradients_test
