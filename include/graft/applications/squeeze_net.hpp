// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>

namespace graft {

struct Caffe;
struct Rescale;

namespace detail::squeeze_net {

// prefix/layer, then prefix/relu_layer.
template <fixed_string Prefix, fixed_string Layer, class Convolution>
using Rectified = Sequential<Named<Prefix + Layer, Convolution>,
                             Named<Prefix + fixed_string{"relu_"} + Layer, Activation<Relu>>>;

// A few channels, of which 1x1 and 3x3 windows make many, side by side.
template <std::size_t N, std::size_t Squeezed, std::size_t Expanded>
struct FireOf {
  static constexpr auto prefix = numbered<"fire", N> + fixed_string{"/"};
  using type =
      Sequential<Rectified<prefix, "squeeze1x1", Conv2D<Squeezed, Kernel<1>>>,
                 Named<prefix + fixed_string{"concat"},
                       Concatenate<Rectified<prefix, "expand1x1", Conv2D<Expanded, Kernel<1>>>,
                                   Rectified<prefix, "expand3x3", Conv2D<Expanded, Kernel<3>, Same>>>>>;
};
template <std::size_t N, std::size_t Squeezed, std::size_t Expanded>
using Fire = typename FireOf<N, Squeezed, Expanded>::type;

template <fixed_string Name>
using Pool = Named<Name, MaxPooling2D<Kernel<3>, Strides<2>>>;

struct Architecture {
  static constexpr std::size_t minimum_size = 48;
  using preprocessings = TypeList<Caffe, Rescale>;

  using layers =
      Sequential<Named<"conv1", Conv2D<64, Kernel<3>, Strides<2>>>, Named<"relu_conv1", Activation<Relu>>,  //
                 Pool<"pool1">, Fire<2, 16, 64>, Fire<3, 16, 64>,                                           //
                 Pool<"pool3">, Fire<4, 32, 128>, Fire<5, 32, 128>,                                         //
                 Pool<"pool5">, Fire<6, 48, 192>, Fire<7, 48, 192>, Fire<8, 64, 256>, Fire<9, 64, 256>,     //
                 Named<"drop9", Dropout<50>>>;

  template <std::size_t Classes>
  using top = Sequential<Named<"conv10", Conv2D<Classes, Kernel<1>>>, Named<"relu_conv10", Activation<Relu>>,
                         Named<"global_average_pooling2d", GlobalAveragePooling2D>,
                         Named<"loss", Activation<Softmax>>>;
};

}  // namespace detail::squeeze_net

/// SqueezeNet 1.1 without its top, as the weights for Keras have it: input of at least 48 x 48 pixels, output
/// of the whole network (h, w, 512) at `fire9/concat`, which `drop9` passes on in prediction. Layers carry
/// the names of those files: conv1, relu_conv1, pool1, pool3, pool5, fireN/squeeze1x1, fireN/expand1x1 and
/// fireN/expand3x3 with fireN/relu_squeeze1x1, …, fireN/concat, N from 2 to 9, drop9; those of the
/// top are conv10, relu_conv10, global_average_pooling2d, loss. Preprocessing: Caffe
/// (imagenet_utils.preprocess_input) or Rescale (to [0, 1]). Sources: Iandola et al., "SqueezeNet:
/// AlexNet-level accuracy with 50x fewer parameters and < 0.5MB model size" (2016); rcmalli/keras-squeezenet,
/// for it is none of Keras' own applications.
template <InputDescription InputType, class Preprocessing = Caffe>
using SqueezeNet = Network<InputType, detail::squeeze_net::Architecture, Preprocessing>;

}  // namespace graft
