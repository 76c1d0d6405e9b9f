// SPDX-License-Identifier: MIT
// A backbone in small: branches, batch normalisation with and without gamma, pools. For the tests of model/.
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/model.hpp>

#include "support/values.hpp"
#include <string>

namespace graft {
struct Rescale;
}

namespace graft::test {

struct SmallArchitecture {
  static constexpr std::size_t minimum_size = 5;
  using preprocessings = TypeList<Rescale>;
  using layers = Sequential<
      Named<"conv_1", Conv2D<16, Kernel<3>, Strides<2>, NoBias>>, Named<"bn_1", BatchNormalization<NoScale>>,
      Named<"relu_1", Activation<Relu>>,
      Named<"mixed",
            Concatenate<Sequential<Named<"conv_2", Conv2D<8, Kernel<1>>>, Named<"bn_2", BatchNormalization<>>,
                                   Named<"relu_2", Activation<Relu>>>,
                        Sequential<Named<"conv_3", Conv2D<6, Kernel<1>, Relu>>,
                                   Named<"conv_4", Conv2D<12, Kernel<3>, Same, Relu>>>,
                        Sequential<Named<"pool", AveragePooling2D<Kernel<3>, Strides<1>, Same>>,
                                   Named<"conv_5", Conv2D<4, Kernel<1>, NoBias>>>>>,
      Named<"conv_6", Conv2D<10, Kernel<3>, Same, Tanh>>>;
};
/// (13, 15, 3) -> (6, 7, 10)
using SmallBackbone = Network<Image<13, 15>, SmallArchitecture, Rescale>;

template <class B, class Head = Sequential<Flatten, Dense<9, Relu>, Dropout<30>, Dense<3, Softmax>>>
using SmallModel = Model<Frozen<SmallBackbone>, Head, B>;

/// Parameters as training may leave them: kernels and biases random, gamma around 1, variances positive.
template <LayeredNetwork Net>
std::vector<float> trained_parameters(std::uint32_t subject) {
  std::vector<float> values = random_values(graph_of<Net>.parameter_count, subject);
  for (const ParameterEntry& entry : parameter_table<Net>())
    for (std::size_t i = entry.offset; i < entry.offset + entry.shape.size(); ++i) {
      if (entry.name == "kernel") values[i] *= 0.5f;
      if (entry.name == "gamma") values[i] = 1.0f + 0.5f * values[i];
      if (entry.name.ends_with("variance")) values[i] = 1.0f + 0.9f * values[i];
    }
  return values;
}

template <class M>
M small_model(Seed seed = {}, Threads threads = {2}) {
  M model{seed, threads};
  model.backbone().assign(trained_parameters<SmallBackbone>(3));
  return model;
}

/// Random images as the network takes them. // (count, 13, 15, 3)
inline Tensor<4> images(std::size_t count, std::uint32_t subject = 5) {
  const std::vector<float> values = random_values(count * SmallBackbone::input_shape.size(), subject);
  auto batch = Tensor<4>::from_shape({count, 13, 15, 3});
  std::copy(values.begin(), values.end(), batch.data());
  return batch;
}

template <class Tensor>
std::span<const float> span_of(const Tensor& tensor) {
  return {tensor.data(), tensor.size()};
}

}  // namespace graft::test
