// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/composition.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>

#include <utility>

namespace graft {

struct Caffe;
struct Rescale;

namespace detail::vgg {

// blockB_conv1 to blockB_convN, then blockB_pool.
template <std::size_t B, std::size_t Filters, class Indices>
struct BlockOf;
template <std::size_t B, std::size_t Filters, std::size_t... I>
struct BlockOf<B, Filters, std::index_sequence<I...>> {
  static constexpr auto name = numbered<"block", B>;
  using type = Sequential<
      Named<numbered<name + fixed_string{"_conv"}, I + 1>, Conv2D<Filters, Kernel<3>, Same, Relu>>...,
      Named<name + fixed_string{"_pool"}, MaxPooling2D<Kernel<2>>>>;
};
template <std::size_t B, std::size_t Filters, std::size_t Convolutions>
using Block = typename BlockOf<B, Filters, std::make_index_sequence<Convolutions>>::type;

// Convolutions in each of the last three blocks: 3 of VGG16, 4 of VGG19.
template <std::size_t Deep>
struct Architecture {
  static constexpr std::size_t minimum_size = 32;
  using preprocessings = TypeList<Caffe, Rescale>;
  using layers = Sequential<Block<1, 64, 2>, Block<2, 128, 2>, Block<3, 256, Deep>, Block<4, 512, Deep>,
                            Block<5, 512, Deep>>;

  template <std::size_t Classes>
  using top = Sequential<Named<"flatten", Flatten>, Named<"fc1", Dense<4096, Relu>>,
                         Named<"fc2", Dense<4096, Relu>>, Named<"predictions", Dense<Classes, Softmax>>>;
};

}  // namespace detail::vgg

/// VGG16 and VGG19 without their tops, as keras.applications has them: input of at least 32 x 32 pixels,
/// output (h / 32, w / 32, 512) at `block5_pool`. Layers carry Keras' names: blockB_convN, blockB_pool.
/// Preprocessing: Caffe (Keras' preprocess_input) or Rescale (to [0, 1]). Sources: Simonyan and Zisserman,
/// "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2014); Keras.
template <InputDescription InputType, class Preprocessing = Caffe>
using VGG16 = Network<InputType, detail::vgg::Architecture<3>, Preprocessing>;
template <InputDescription InputType, class Preprocessing = Caffe>
using VGG19 = Network<InputType, detail::vgg::Architecture<4>, Preprocessing>;

}  // namespace graft
