// SPDX-License-Identifier: MIT
#pragma once

#include <graft/applications/alpha.hpp>
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/network.hpp>

#include <iterator>
#include <ratio>
#include <utility>

namespace graft {

struct Tf;
struct Rescale;

namespace detail::mobile_net_v2 {

// Keras rounds numbers of channels to multiples of 8, but not down by more than a tenth.
constexpr std::size_t make_divisible(std::size_t hundredths) {
  const std::size_t nearest = (hundredths + 400) / 800 * 8, at_least = nearest < 8 ? 8 : nearest;
  return at_least * 1000 < hundredths * 9 ? at_least + 8 : at_least;
}

using Normalization = BatchNormalization<Momentum<std::ratio<999, 1000>>>;
template <fixed_string Name, class L>
using Normalized = Sequential<Named<Name, L>, Named<Name + fixed_string{"_BN"}, Normalization>>;
template <fixed_string Name, class L>
using Rectified = Sequential<Normalized<Name, L>, Named<Name + fixed_string{"_relu"}, Activation<Relu6>>>;

// Layers of block N from In to Out channels: 1x1 to six times the channels (not in block 0), 3x3 of each
// channel, 1x1 to Out; added to its input where that has the same shape.
template <std::size_t N, std::size_t In, std::size_t Out, std::size_t Stride>
struct BlockOf {
  static constexpr auto prefix = [] {
    if constexpr (N == 0)
      return fixed_string{"expanded_conv_"};
    else
      return numbered<"block_", N> + fixed_string{"_"};
  }();
  static constexpr auto depthwise = prefix + fixed_string{"depthwise"};

  using expand =
      std::conditional_t<N == 0, Sequential<>,
                         Rectified<prefix + fixed_string{"expand"}, Conv2D<6 * In, Kernel<1>, Same, NoBias>>>;
  using convolve =
      std::conditional_t<Stride == 1, Rectified<depthwise, DepthwiseConv2D<Kernel<3>, Same, NoBias>>,
                         Sequential<Named<prefix + fixed_string{"pad"}, CorrectPadding2D<Kernel<3>>>,
                                    Rectified<depthwise, DepthwiseConv2D<Kernel<3>, Strides<2>, NoBias>>>>;
  using project = Normalized<prefix + fixed_string{"project"}, Conv2D<Out, Kernel<1>, Same, NoBias>>;
  using inside = Sequential<expand, convolve, project>;
  using type = std::conditional_t<Stride == 1 && In == Out,
                                  Named<prefix + fixed_string{"add"}, Add<Sequential<>, inside>>, inside>;
};

struct BlockSize {
  std::size_t filters, stride;
};
inline constexpr BlockSize blocks[] = {{16, 1}, {24, 2},  {24, 1},  {32, 2},  {32, 1}, {32, 1},
                                       {64, 2}, {64, 1},  {64, 1},  {64, 1},  {96, 1}, {96, 1},
                                       {96, 1}, {160, 2}, {160, 1}, {160, 1}, {320, 1}};

template <std::size_t Percent>
struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<Tf, Rescale>;

  static constexpr std::size_t first = make_divisible(32 * Percent);
  static constexpr std::size_t last = Percent > 100 ? make_divisible(1280 * Percent) : 1280;
  // Channels behind block N; Keras cuts decimals off before it rounds.
  static constexpr std::size_t channels(std::size_t n) {
    return make_divisible(blocks[n].filters * Percent / 100 * 100);
  }
  static constexpr std::size_t inputs(std::size_t n) { return n == 0 ? first : channels(n - 1); }
  template <std::size_t N>
  using Block = typename BlockOf<N, inputs(N), channels(N), blocks[N].stride>::type;

  template <class Indices>
  struct All;
  template <std::size_t... N>
  struct All<std::index_sequence<N...>> {
    using type = Sequential<Named<"Conv1", Conv2D<first, Kernel<3>, Strides<2>, Same, NoBias>>,
                            Named<"bn_Conv1", Normalization>, Named<"Conv1_relu", Activation<Relu6>>,
                            Block<N>...,  //
                            Named<"Conv_1", Conv2D<last, Kernel<1>, NoBias>>,
                            Named<"Conv_1_bn", Normalization>, Named<"out_relu", Activation<Relu6>>>;
  };
  using layers = typename All<std::make_index_sequence<std::size(blocks)>>::type;

  template <std::size_t Classes>
  using top = Sequential<Named<"global_average_pooling2d", GlobalAveragePooling2D>,
                         Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::mobile_net_v2

/// MobileNet V2 without its top, as keras.applications has it: input of at least 32 x 32 pixels, output of
/// the whole network (h / 32, w / 32, 1280, or more for alpha above 1) at `out_relu`. Keras has weights for
/// alpha 0.35, 0.5, 0.75, 1, 1.3 and 1.4. Layers carry Keras' names: Conv1, bn_Conv1, Conv1_relu,
/// expanded_conv_depthwise, …, block_n_expand, _depthwise and _project with _BN and _relu, block_n_pad,
/// block_n_add, n from 1 to 16, Conv_1, Conv_1_bn, out_relu. Preprocessing: Tf (Keras' preprocess_input, to
/// [-1, 1]) or Rescale (to [0, 1]). Sources: Sandler et al., "MobileNetV2: Inverted Residuals and Linear
/// Bottlenecks" (2018); Keras.
template <InputDescription InputType, class Width = Alpha<100>, class Preprocessing = Tf>
requires detail::is_alpha<Width>
using MobileNetV2 = Network<InputType, detail::mobile_net_v2::Architecture<Width::percent>, Preprocessing>;

}  // namespace graft
