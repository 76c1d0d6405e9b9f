// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/normalization.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/rescaling.hpp>
#include <graft/layers/reshape.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/network.hpp>

#include <iterator>
#include <ratio>
#include <utility>

namespace graft {

struct PassThrough;

namespace detail::efficient_net {

// A layer, its normalisation and its activation.
template <fixed_string Name, fixed_string Bn, fixed_string Activated, class L>
using Normalized =
    Sequential<Named<Name, L>, Named<Bn, BatchNormalization<>>, Named<Activated, Activation<Swish>>>;

// 1 / sqrt(deviation) of ImageNet's channels: Normalization divides by the root of what Keras' weights hold
// as variance, and these are deviations.
struct InverseRootOfDeviation : PerChannel {
  static constexpr std::array values{2.0896918976428642, 2.1128856368212916, 2.1081851067789197};
};

// Repeat J of stage I, the N-th block in all, from In to Out channels: 1x1 to Expand times the channels,
// Kernel of each channel, a factor for each channel from their means, 1x1 to Out; added to its input where
// that has the same shape, unless training drops it.
template <std::size_t I, std::size_t J, std::size_t N, std::size_t In, std::size_t Out, std::size_t Size,
          std::size_t Stride, std::size_t Expand>
struct BlockOf {
  static constexpr auto prefix = [] {
    const char letter[] = {static_cast<char>('a' + J), '_', '\0'};
    return numbered<"block", I> + fixed_string<3>{letter};
  }();
  template <fixed_string Name, class L>
  using Layer = Named<prefix + Name, L>;

  static constexpr std::size_t inside = Expand * In, squeezed = In / 4;
  template <class... Options>
  using Depthwise = Normalized<prefix + fixed_string{"dwconv"}, prefix + fixed_string{"bn"},
                               prefix + fixed_string{"activation"},
                               DepthwiseConv2D<Kernel<Size>, Strides<Stride>, NoBias, Options...>>;

  using expand = std::conditional_t<
      Expand == 1, Sequential<>,
      Normalized<prefix + fixed_string{"expand_conv"}, prefix + fixed_string{"expand_bn"},
                 prefix + fixed_string{"expand_activation"}, Conv2D<inside, Kernel<1>, Same, NoBias>>>;
  using convolve = std::conditional_t<
      Stride == 1, Depthwise<Same>,
      Sequential<Layer<fixed_string{"dwconv_pad"}, CorrectPadding2D<Kernel<Size>>>, Depthwise<>>>;
  using factors = Sequential<Layer<fixed_string{"se_squeeze"}, GlobalAveragePooling2D>,
                             Layer<fixed_string{"se_reshape"}, Reshape<1, 1, inside>>,
                             Layer<fixed_string{"se_reduce"}, Conv2D<squeezed, Kernel<1>, Same, Swish>>,
                             Layer<fixed_string{"se_expand"}, Conv2D<inside, Kernel<1>, Same, Sigmoid>>>;
  using excite = Layer<fixed_string{"se_excite"}, Multiply<Sequential<>, factors>>;
  using project = Sequential<Layer<fixed_string{"project_conv"}, Conv2D<Out, Kernel<1>, Same, NoBias>>,
                             Layer<fixed_string{"project_bn"}, BatchNormalization<>>>;
  using layers = Sequential<expand, convolve, excite, project>;
  // A fifth of the way's share: 0.2 * N / 16.
  using drop = Layer<fixed_string{"drop"}, Dropout<N, Of<80>, WholeSamples>>;
  using type =
      std::conditional_t<Stride == 1 && In == Out,
                         Layer<fixed_string{"add"}, Add<Sequential<layers, drop>, Sequential<>>>, layers>;
};

struct Block {
  std::size_t stage, repeat, in, out, kernel, stride, expand;
};
inline constexpr Block blocks[] = {
    {1, 0, 32, 16, 3, 1, 1},                                                          //
    {2, 0, 16, 24, 3, 2, 6},   {2, 1, 24, 24, 3, 1, 6},                               //
    {3, 0, 24, 40, 5, 2, 6},   {3, 1, 40, 40, 5, 1, 6},                               //
    {4, 0, 40, 80, 3, 2, 6},   {4, 1, 80, 80, 3, 1, 6},   {4, 2, 80, 80, 3, 1, 6},    //
    {5, 0, 80, 112, 5, 1, 6},  {5, 1, 112, 112, 5, 1, 6}, {5, 2, 112, 112, 5, 1, 6},  //
    {6, 0, 112, 192, 5, 2, 6}, {6, 1, 192, 192, 5, 1, 6}, {6, 2, 192, 192, 5, 1, 6},
    {6, 3, 192, 192, 5, 1, 6},  //
    {7, 0, 192, 320, 3, 1, 6}};

template <class Indices>
struct All;
template <std::size_t... N>
struct All<std::index_sequence<N...>> {
  template <std::size_t I>
  using At = typename BlockOf<blocks[I].stage, blocks[I].repeat, I, blocks[I].in, blocks[I].out,
                              blocks[I].kernel, blocks[I].stride, blocks[I].expand>::type;
  using type = Sequential<
      Named<"rescaling", Rescaling<std::ratio<1, 255>>>, Named<"normalization", Normalization>,
      Named<"rescaling_1", Rescaling<InverseRootOfDeviation>>,
      Named<"stem_conv_pad", CorrectPadding2D<Kernel<3>>>,
      Normalized<"stem_conv", "stem_bn", "stem_activation", Conv2D<32, Kernel<3>, Strides<2>, NoBias>>,
      At<N>..., Normalized<"top_conv", "top_bn", "top_activation", Conv2D<1280, Kernel<1>, Same, NoBias>>>;
};

struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<PassThrough>;
  using layers = typename All<std::make_index_sequence<std::size(blocks)>>::type;

  template <std::size_t Classes>
  using top = Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"top_dropout", Dropout<20>>,
                         Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::efficient_net

/// EfficientNetB0 without its top, as keras.applications has it: input of at least 32 x 32 pixels, output
/// (h / 32, w / 32, 1280) at `top_activation`. It takes pixels from 0 to 255 as they are (PassThrough) and
/// brings them to its scale itself. Layers carry Keras' names: rescaling, normalization, stem_conv,
/// block1a_dwconv to block7a_project_bn, with _se_squeeze, _se_reshape, _se_reduce, _se_expand and _se_excite
/// in every block, top_conv, top_bn, top_activation. This is the network that weights="imagenet", Keras'
/// default, builds, and that its published weights belong to; `rescaling_1` (`tf.math.multiply` in tf.keras),
/// which corrects for them, is not in one that was built with weights=None. Sources: Tan and Le,
/// "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019); Keras.
template <InputDescription InputType, class Preprocessing = PassThrough>
using EfficientNetB0 = Network<InputType, detail::efficient_net::Architecture, Preprocessing>;

}  // namespace graft
