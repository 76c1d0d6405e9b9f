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

struct Torch;
struct Rescale;

namespace detail::dense_net {

inline constexpr std::size_t growth = 32;  // channels that each block adds

template <fixed_string Name>
using Normalization = Named<Name, BatchNormalization<Epsilon<std::ratio<1001, 100'000'000>>>>;
template <fixed_string Prefix>
using Rectified = Sequential<Normalization<Prefix + fixed_string{"bn"}>,
                             Named<Prefix + fixed_string{"relu"}, Activation<Relu>>>;

// convS_blockB: 1x1 and 3x3 convolutions, each behind its normalisation, side by side with the input.
template <std::size_t S, std::size_t B>
struct BlockOf {
  static constexpr auto name = numbered<numbered<"conv", S> + fixed_string{"_block"}, B>;
  using type =
      Named<name + fixed_string{"_concat"},
            Concatenate<
                Sequential<>,
                Sequential<Rectified<name + fixed_string{"_0_"}>,
                           Named<name + fixed_string{"_1_conv"}, Conv2D<4 * growth, Kernel<1>, NoBias>>,
                           Rectified<name + fixed_string{"_1_"}>,
                           Named<name + fixed_string{"_2_conv"}, Conv2D<growth, Kernel<3>, Same, NoBias>>>>>;
};

template <std::size_t S, class Indices>
struct StageOf;
template <std::size_t S, std::size_t... I>
struct StageOf<S, std::index_sequence<I...>> {
  using type = Sequential<typename BlockOf<S, I + 1>::type...>;
};
template <std::size_t S, std::size_t Blocks>
using Stage = typename StageOf<S, std::make_index_sequence<Blocks>>::type;

// poolS: half of the channels, half of the height and width.
template <std::size_t S, std::size_t Filters>
struct TransitionOf {
  static constexpr auto prefix = numbered<"pool", S> + fixed_string{"_"};
  using type =
      Sequential<Rectified<prefix>, Named<prefix + fixed_string{"conv"}, Conv2D<Filters, Kernel<1>, NoBias>>,
                 Named<prefix + fixed_string{"pool"}, AveragePooling2D<Kernel<2>>>>;
};
template <std::size_t S, std::size_t Filters>
using Transition = typename TransitionOf<S, Filters>::type;

struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<Torch, Rescale>;

  using layers = Sequential<Named<"zero_padding2d_1", ZeroPadding2D<3>>,
                            Named<"conv1/conv", Conv2D<64, Kernel<7>, Strides<2>, NoBias>>,
                            Rectified<"conv1/">, Named<"zero_padding2d_2", ZeroPadding2D<1>>,
                            Named<"pool1", MaxPooling2D<Kernel<3>, Strides<2>>>, Stage<2, 6>,
                            Transition<2, 128>, Stage<3, 12>, Transition<3, 256>, Stage<4, 24>,
                            Transition<4, 512>, Stage<5, 16>, Rectified<"">>;

  template <std::size_t Classes>
  using top =
      Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::dense_net

/// DenseNet121 without its top, as keras.applications has it: input of at least 32 x 32 pixels, output of
/// the whole network (h / 32, w / 32, 1024) at `relu`. Layers carry the names of Keras 2 and of its files:
/// zero_padding2d_1 and _2, conv1/conv, conv1/bn, conv1/relu, pool1; convS_blockB_0_bn, _0_relu, _1_conv,
/// _1_bn, _1_relu, _2_conv and _concat, S from 2 to 5; poolS_bn, _relu, _conv and _pool, S from 2 to 4; bn,
/// relu. Preprocessing: Torch (Keras' preprocess_input) or Rescale (to [0, 1]). Sources: Huang et al.,
/// "Densely Connected Convolutional Networks" (2016); Keras.
template <InputDescription InputType, class Preprocessing = Torch>
using DenseNet121 = Network<InputType, detail::dense_net::Architecture, Preprocessing>;

}  // namespace graft
