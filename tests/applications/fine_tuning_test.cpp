// SPDX-License-Identifier: MIT
// The last blocks of every backbone as fine-tuning trains them: gradients against slopes. Every Relu is a
// Tanh here, for a slope of thousands of them always crosses a kink; tests/backend/gradients_test.cpp has
// Relu.

#include <graft/applications/inception_v3.hpp>
#include <graft/applications/mobile_net.hpp>
#include <graft/applications/mobile_net_v2.hpp>
#include <graft/applications/vgg.hpp>
#include <graft/backend/blas/blas.hpp>
#include <graft/model/model.hpp>

#include "support/slopes.hpp"

namespace fine_tuning_test {

using namespace graft;
using namespace graft::test;

namespace {

using Head = Sequential<GlobalAveragePooling2D, Dense<2>>;

template <class L>
struct Smooth {
  using type = L;
};
template <class L>
using smooth = typename Smooth<L>::type;
template <>
struct Smooth<Relu> {
  using type = Tanh;
};
template <>
struct Smooth<Relu6> {
  using type = Tanh;
};
template <class Function>
struct Smooth<Activation<Function>> {
  using type = Activation<smooth<Function>>;
};
template <std::size_t Filters, class... Options>
struct Smooth<Conv2D<Filters, Options...>> {
  using type = Conv2D<Filters, smooth<Options>...>;
};
template <fixed_string Name, class L>
struct Smooth<Named<Name, L>> {
  using type = Named<Name, smooth<L>>;
};
template <class... Layers>
struct Smooth<Sequential<Layers...>> {
  using type = Sequential<smooth<Layers>...>;
};
template <class... Branches>
struct Smooth<Concatenate<Branches...>> {
  using type = Concatenate<smooth<Branches>...>;
};
template <class... Branches>
struct Smooth<Add<Branches...>> {
  using type = Add<smooth<Branches>...>;
};

/// What a model trains, behind a copy of its input, of which there is a gradient then.
template <class Part>
struct Trained {
  static constexpr Shape input_shape = Part::feature_shape;
  using layers = Sequential<Activation<Linear>, smooth<typename Part::head_network::layers>>;
};

template <class Backbone, fixed_string Through, class Statistics>
void check(float scale) {
  using Whole = Model<Frozen<Backbone>, Head, Blas>;
  check_gradients<Trained<typename Whole::template FreezeThrough<Through, Statistics>>, Blas>(3, scale, 5);
}

}  // namespace

TEST_CASE("gradients of the last blocks of MobileNet and MobileNet V2 are slopes") {
  check<MobileNet<Image<64, 64>, Alpha<25>>, "conv_pw_11_relu", FrozenStatistics>(0.6f);
  check<MobileNet<Image<64, 64>, Alpha<25>>, "conv_pw_11_relu", BatchStatistics>(0.6f);
  check<MobileNetV2<Image<64, 64>, Alpha<35>>, "block_12_add", FrozenStatistics>(0.6f);
  check<MobileNetV2<Image<64, 64>, Alpha<35>>, "block_12_add", BatchStatistics>(0.6f);
}

TEST_CASE("gradients of the last block of VGG16 are slopes") {
  check<VGG16<Image<32, 32>>, "block5_conv2", FrozenStatistics>(0.05f);
}

TEST_CASE("gradients of blocks of each kind of Inception v3 are slopes") {
  using Inception = InceptionV3<Image<75, 75>>;
  check<Inception::Until<"mixed0">, "max_pooling2d_2", FrozenStatistics>(0.2f);
  check<Inception::Until<"mixed4">, "mixed2", FrozenStatistics>(0.1f);
  check<Inception::Until<"mixed4">, "mixed3", BatchStatistics>(0.1f);
  check<Inception::Until<"mixed9">, "mixed7", FrozenStatistics>(0.05f);
}

}  // namespace fine_tuning_test
