// SPDX-License-Identifier: MIT
#pragma once

#include <graft/applications/alpha.hpp>
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/reshape.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/network.hpp>

namespace graft {

struct Tf;
struct Rescale;

namespace detail::mobile_net {

// A layer, its normalisation and its activation: Name, Name_bn, Name_relu.
template <fixed_string Name, class L>
using Normalized = Sequential<Named<Name, L>, Named<Name + fixed_string{"_bn"}, BatchNormalization<>>,
                              Named<Name + fixed_string{"_relu"}, Activation<Relu6>>>;

template <std::size_t N, std::size_t Stride>
struct DepthwiseOf {
  using type = Normalized<numbered<"conv_dw_", N>, DepthwiseConv2D<Kernel<3>, Same, NoBias>>;
};
// One row and one column of zeros, always after the image: on odd maps this is not `Same`.
template <std::size_t N>
struct DepthwiseOf<N, 2> {
  using type =
      Sequential<Named<numbered<"conv_pad_", N>, ZeroPadding2D<0, 1, 0, 1>>,
                 Normalized<numbered<"conv_dw_", N>, DepthwiseConv2D<Kernel<3>, Strides<2>, NoBias>>>;
};

template <std::size_t Percent>
struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<Tf, Rescale>;

  static constexpr std::size_t scaled(std::size_t filters) { return filters * Percent / 100; }

  template <std::size_t N, std::size_t Filters, std::size_t Stride = 1>
  using Block =
      Sequential<typename DepthwiseOf<N, Stride>::type,
                 Normalized<numbered<"conv_pw_", N>, Conv2D<scaled(Filters), Kernel<1>, Same, NoBias>>>;

  using layers =
      Sequential<Normalized<"conv1", Conv2D<scaled(32), Kernel<3>, Strides<2>, Same, NoBias>>,    //
                 Block<1, 64>, Block<2, 128, 2>, Block<3, 128>, Block<4, 256, 2>, Block<5, 256>,  //
                 Block<6, 512, 2>, Block<7, 512>, Block<8, 512>, Block<9, 512>, Block<10, 512>,   //
                 Block<11, 512>, Block<12, 1024, 2>, Block<13, 1024>>;

  template <std::size_t Classes>
  using top = Sequential<Named<"global_average_pooling2d", GlobalAveragePooling2DKeepDims>,
                         Named<"dropout", Dropout<1, Of<1000>>>,
                         Named<"conv_preds", Conv2D<Classes, Kernel<1>, Same>>,
                         Named<"reshape_2", Reshape<Classes>>, Named<"predictions", Activation<Softmax>>>;
};

}  // namespace detail::mobile_net

/// MobileNet, the first, without its top, as keras.applications has it: input of at least 32 x 32 pixels,
/// output of the whole network (h, w, 1024 * alpha) at `conv_pw_13_relu`. Keras has weights for alpha 0.25,
/// 0.5, 0.75 and 1. Layers carry Keras' names: conv1, conv1_bn, conv1_relu, conv_pad_n, conv_dw_n and
/// conv_pw_n with _bn and _relu, n from 1 to 13; older Keras had a conv1_pad, which differs on images of odd
/// sizes. Preprocessing: Tf (Keras' preprocess_input, to [-1, 1]) or Rescale (to [0, 1]). Sources: Howard et
/// al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications" (2017); Keras.
template <InputDescription InputType, class Width = Alpha<100>, class Preprocessing = Tf>
requires detail::is_alpha<Width>
using MobileNet = Network<InputType, detail::mobile_net::Architecture<Width::percent>, Preprocessing>;

}  // namespace graft
