// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/separable_conv2d.hpp>
#include <graft/model/network.hpp>

namespace graft {

struct Tf;
struct Rescale;

namespace detail::xception {

template <fixed_string Name>
using Rectifier = Named<Name + fixed_string{"_act"}, Activation<Relu>>;
template <fixed_string Name, class Convolution>
using Normalized =
    Sequential<Named<Name, Convolution>, Named<Name + fixed_string{"_bn"}, BatchNormalization<>>>;

template <std::size_t B, std::size_t I>
inline constexpr auto separable_name = numbered<numbered<"block", B> + fixed_string{"_sepconv"}, I>;
template <std::size_t B, std::size_t I, std::size_t Filters>
using Separable = Normalized<separable_name<B, I>, SeparableConv2D<Filters, Kernel<3>, Same, NoBias>>;
template <std::size_t B, std::size_t I, std::size_t Filters>
using RectifiedSeparable = Sequential<Rectifier<separable_name<B, I>>, Separable<B, I, Filters>>;

// Sums of block B and what is beside it have the numbers that Keras 2 gives to layers without a name.
template <std::size_t B, class Inside, class Shortcut>
using Residual = Named<numbered<"add_", B - 1>, Add<Inside, Shortcut>>;

// Block B to half of the height and width, beside shortcut N of that size.
template <std::size_t B, std::size_t N, std::size_t Filters, class... Inside>
using Halving =
    Residual<B,
             Sequential<Inside..., Named<numbered<"block", B> + fixed_string{"_pool"},
                                         MaxPooling2D<Kernel<3>, Strides<2>, Same>>>,
             Sequential<Named<numbered<"conv2d_", N>, Conv2D<Filters, Kernel<1>, Strides<2>, Same, NoBias>>,
                        Named<numbered<"batch_normalization_", N>, BatchNormalization<>>>>;

template <std::size_t B>
using Middle = Residual<
    B,
    Sequential<RectifiedSeparable<B, 1, 728>, RectifiedSeparable<B, 2, 728>, RectifiedSeparable<B, 3, 728>>,
    Sequential<>>;

struct Architecture {
  static constexpr std::size_t minimum_size = 71;
  using preprocessings = TypeList<Tf, Rescale>;

  using layers =
      Sequential<Normalized<"block1_conv1", Conv2D<32, Kernel<3>, Strides<2>, NoBias>>,
                 Rectifier<"block1_conv1">, Normalized<"block1_conv2", Conv2D<64, Kernel<3>, NoBias>>,
                 Rectifier<"block1_conv2">,
                 Halving<2, 1, 128, Separable<2, 1, 128>, RectifiedSeparable<2, 2, 128>>,
                 Halving<3, 2, 256, RectifiedSeparable<3, 1, 256>, RectifiedSeparable<3, 2, 256>>,
                 Halving<4, 3, 728, RectifiedSeparable<4, 1, 728>, RectifiedSeparable<4, 2, 728>>,  //
                 Middle<5>, Middle<6>, Middle<7>, Middle<8>, Middle<9>, Middle<10>, Middle<11>, Middle<12>,
                 Halving<13, 4, 1024, RectifiedSeparable<13, 1, 728>, RectifiedSeparable<13, 2, 1024>>,
                 Separable<14, 1, 1536>, Rectifier<separable_name<14, 1>>,  //
                 Separable<14, 2, 2048>, Rectifier<separable_name<14, 2>>>;

  template <std::size_t Classes>
  using top =
      Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::xception

/// Xception without its top, as keras.applications has it: input of at least 71 x 71 pixels, output of the
/// whole network (h, w, 2048) at `block14_sepconv2_act`. Layers carry Keras' names: block1_conv1 and
/// block1_conv2, blockB_sepconvI with _act before it (behind it in block 14) and _bn behind it, B from 2 to
/// 14; blockB_pool; and Keras 2's automatic ones: add_1 to add_12 behind blocks 2 to 13, conv2d_1 to 4 and
/// batch_normalization_1 to 4 beside blocks 2, 3, 4 and 13. Preprocessing: Tf (Keras' preprocess_input, to
/// [-1, 1]) or Rescale (to [0, 1]). Sources: Chollet, "Xception: Deep Learning with Depthwise Separable
/// Convolutions" (2016); Keras.
template <InputDescription InputType, class Preprocessing = Tf>
using Xception = Network<InputType, detail::xception::Architecture, Preprocessing>;

}  // namespace graft
