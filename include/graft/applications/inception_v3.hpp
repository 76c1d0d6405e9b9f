// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>

namespace graft {

struct Tf;
struct Rescale;

namespace detail::inception_v3 {

// Layer n of the architecture: Keras 2's numbers, conv2d_n, batch_normalization_n, activation_n.
template <std::size_t N, std::size_t Filters, std::size_t Height, std::size_t Width, class... Options>
using Conv =
    Sequential<Named<numbered<"conv2d_", N>, Conv2D<Filters, Kernel<Height, Width>, NoBias, Options...>>,
               Named<numbered<"batch_normalization_", N>, BatchNormalization<NoScale>>,
               Named<numbered<"activation_", N>, Activation<Relu>>>;

template <std::size_t N, std::size_t Filters, std::size_t Height, std::size_t Width>
using ConvSame = Conv<N, Filters, Height, Width, Same>;

template <std::size_t N>
using AveragePool = Named<numbered<"average_pooling2d_", N>, AveragePooling2D<Kernel<3>, Strides<1>, Same>>;
template <std::size_t N>
using MaxPool = Named<numbered<"max_pooling2d_", N>, MaxPooling2D<Kernel<3>, Strides<2>>>;

template <std::size_t Block, class... Branches>
using Mixed = Named<numbered<"mixed", Block>, Concatenate<Branches...>>;

// mixed0 to mixed2: 1x1 | 1x1, 5x5 | 1x1, 3x3, 3x3 | pool, 1x1. N is the first convolution's number.
template <std::size_t Block, std::size_t N, std::size_t Pool>
using BlockA =
    Mixed<Block, ConvSame<N, 64, 1, 1>,                                      //
          Sequential<ConvSame<N + 1, 48, 1, 1>, ConvSame<N + 2, 64, 5, 5>>,  //
          Sequential<ConvSame<N + 3, 64, 1, 1>, ConvSame<N + 4, 96, 3, 3>, ConvSame<N + 5, 96, 3, 3>>,
          Sequential<AveragePool<Block + 1>, ConvSame<N + 6, Pool, 1, 1>>>;

// mixed4 to mixed7: 7x7 windows as 1x7 and 7x1; C channels inside.
template <std::size_t Block, std::size_t N, std::size_t C>
using BlockB =
    Mixed<Block, ConvSame<N, 192, 1, 1>,
          Sequential<ConvSame<N + 1, C, 1, 1>, ConvSame<N + 2, C, 1, 7>, ConvSame<N + 3, 192, 7, 1>>,
          Sequential<ConvSame<N + 4, C, 1, 1>, ConvSame<N + 5, C, 7, 1>, ConvSame<N + 6, C, 1, 7>,
                     ConvSame<N + 7, C, 7, 1>, ConvSame<N + 8, 192, 1, 7>>,
          Sequential<AveragePool<Block>, ConvSame<N + 9, 192, 1, 1>>>;

// mixed9 and mixed10: the last convolutions of two branches are split in 1x3 and 3x1.
template <std::size_t Block, std::size_t N, fixed_string SplitName, std::size_t Split>
using BlockC =
    Mixed<Block, ConvSame<N, 320, 1, 1>,
          Sequential<ConvSame<N + 1, 384, 1, 1>,
                     Named<SplitName, Concatenate<ConvSame<N + 2, 384, 1, 3>, ConvSame<N + 3, 384, 3, 1>>>>,
          Sequential<ConvSame<N + 4, 448, 1, 1>, ConvSame<N + 5, 384, 3, 3>,
                     Named<numbered<"concatenate_", Split>,
                           Concatenate<ConvSame<N + 6, 384, 1, 3>, ConvSame<N + 7, 384, 3, 1>>>>,
          Sequential<AveragePool<Block - 1>, ConvSame<N + 8, 192, 1, 1>>>;

struct Architecture {
  static constexpr std::size_t minimum_size = 75;
  using preprocessings = TypeList<Tf, Rescale>;

  using layers = Sequential<
      Conv<1, 32, 3, 3, Strides<2>>, Conv<2, 32, 3, 3>, ConvSame<3, 64, 3, 3>, MaxPool<1>,  //
      Conv<4, 80, 1, 1>, Conv<5, 192, 3, 3>, MaxPool<2>,                                    //
      BlockA<0, 6, 32>, BlockA<1, 13, 64>, BlockA<2, 20, 64>,
      Mixed<3, Conv<27, 384, 3, 3, Strides<2>>,
            Sequential<ConvSame<28, 64, 1, 1>, ConvSame<29, 96, 3, 3>, Conv<30, 96, 3, 3, Strides<2>>>,
            MaxPool<3>>,
      BlockB<4, 31, 128>, BlockB<5, 41, 160>, BlockB<6, 51, 160>, BlockB<7, 61, 192>,
      Mixed<8, Sequential<ConvSame<71, 192, 1, 1>, Conv<72, 320, 3, 3, Strides<2>>>,
            Sequential<ConvSame<73, 192, 1, 1>, ConvSame<74, 192, 1, 7>, ConvSame<75, 192, 7, 1>,
                       Conv<76, 192, 3, 3, Strides<2>>>,
            MaxPool<4>>,
      BlockC<9, 77, "mixed9_0", 1>, BlockC<10, 86, "mixed9_1", 2>>;

  template <std::size_t Classes>
  using top =
      Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::inception_v3

/// Inception v3 without its top, as keras.applications has it: input of at least 75 x 75 pixels, output of
/// the whole network (h, w, 2048) at `mixed10`. Layers carry Keras 2's names: conv2d_1 to conv2d_94,
/// batch_normalization_n, activation_n, max_pooling2d_1 to 4, average_pooling2d_1 to 9, mixed0 to mixed10.
/// Preprocessing: Tf (Keras' preprocess_input, to [-1, 1]) or Rescale (to [0, 1], as many tutorials have it).
/// Sources: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015); Keras.
template <InputDescription InputType, class Preprocessing = Tf>
using InceptionV3 = Network<InputType, detail::inception_v3::Architecture, Preprocessing>;

}  // namespace graft
