// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/network.hpp>

#include <ratio>
#include <utility>

namespace graft {

struct Caffe;
struct Rescale;

namespace detail::res_net {

using Normalization = BatchNormalization<Epsilon<std::ratio<1001, 100'000'000>>>;

template <fixed_string Name, class Convolution>
using Normalized = Sequential<Named<Name + fixed_string{"_conv"}, Convolution>,
                              Named<Name + fixed_string{"_bn"}, Normalization>>;
template <fixed_string Name, class Convolution>
using Rectified =
    Sequential<Normalized<Name, Convolution>, Named<Name + fixed_string{"_relu"}, Activation<Relu>>>;

// convS_blockB: 1x1, 3x3 and 1x1 to four times the channels, added to the input; the first block of a stage
// changes the input's shape, and so convolves it, too.
template <std::size_t S, std::size_t B, std::size_t Filters, std::size_t Stride>
struct BlockOf {
  static constexpr auto name = numbered<numbered<"conv", S> + fixed_string{"_block"}, B>;
  template <std::size_t Part>
  static constexpr auto part = numbered<name + fixed_string{"_"}, Part>;

  using shortcut =
      std::conditional_t<B == 1, Normalized<part<0>, Conv2D<4 * Filters, Kernel<1>, Strides<Stride>>>,
                         Sequential<>>;
  using inside = Sequential<Rectified<part<1>, Conv2D<Filters, Kernel<1>, Strides<Stride>>>,
                            Rectified<part<2>, Conv2D<Filters, Kernel<3>, Same>>,
                            Normalized<part<3>, Conv2D<4 * Filters, Kernel<1>>>>;
  using type = Sequential<Named<name + fixed_string{"_add"}, Add<shortcut, inside>>,
                          Named<name + fixed_string{"_out"}, Activation<Relu>>>;
};

template <std::size_t S, std::size_t Filters, std::size_t Stride, class Indices>
struct StageOf;
template <std::size_t S, std::size_t Filters, std::size_t Stride, std::size_t... I>
struct StageOf<S, Filters, Stride, std::index_sequence<I...>> {
  using type = Sequential<typename BlockOf<S, I + 1, Filters, I == 0 ? Stride : 1>::type...>;
};
template <std::size_t S, std::size_t Filters, std::size_t Blocks, std::size_t Stride = 2>
using Stage = typename StageOf<S, Filters, Stride, std::make_index_sequence<Blocks>>::type;

struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<Caffe, Rescale>;

  using layers =
      Sequential<Named<"conv1_pad", ZeroPadding2D<3>>, Rectified<"conv1", Conv2D<64, Kernel<7>, Strides<2>>>,
                 Named<"pool1_pad", ZeroPadding2D<1>>,
                 Named<"pool1_pool", MaxPooling2D<Kernel<3>, Strides<2>>>,  //
                 Stage<2, 64, 3, 1>, Stage<3, 128, 4>, Stage<4, 256, 6>, Stage<5, 512, 3>>;

  template <std::size_t Classes>
  using top =
      Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::res_net

/// ResNet50, version 1, without its top, as keras.applications has it: input of at least 32 x 32 pixels,
/// output of the whole network (h / 32, w / 32, 2048) at `conv5_block3_out`. Layers carry Keras' names:
/// conv1_pad, conv1_conv, conv1_bn, conv1_relu, pool1_pad, pool1_pool; convS_blockB_N_conv, _bn and _relu,
/// convS_blockB_add and convS_blockB_out, S from 2 to 5, N = 0 being the convolution beside a stage's first
/// block. (The files of Keras before 2.2.5, with names such as res2a_branch2a, belong to another graph.)
/// Preprocessing: Caffe (Keras' preprocess_input) or Rescale (to [0, 1]). Sources: He et al., "Deep Residual
/// Learning for Image Recognition" (2015); Keras.
template <InputDescription InputType, class Preprocessing = Caffe>
using ResNet50 = Network<InputType, detail::res_net::Architecture, Preprocessing>;

}  // namespace graft
