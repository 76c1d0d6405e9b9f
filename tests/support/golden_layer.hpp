// SPDX-License-Identifier: MIT
#pragma once

#include "support/backends.hpp"
#include "support/golden.hpp"
#include "support/passes.hpp"

namespace graft::test {

/// Both sides compute in float32 and sum at most 150 products per value in their own order, which moves a sum
/// by a few units of 6e-8 of the largest term: 1e-5 of the largest value is far above that, and far below any
/// wrong term.
inline constexpr double golden_tolerance = 1e-5;

/// The parameters of a network with one layer that has any, from the files that carry their names.
template <LayeredNetwork N>
std::vector<float> golden_parameters(const Golden& golden) {
  std::vector<float> values(graph_of<N>.parameter_count);
  for (const ParameterEntry& entry : parameter_table<N>()) {
    const xt::xarray<float> array = golden.array(entry.name);
    REQUIRE(array.dimension() == std::max<std::size_t>(entry.shape.rank, 1));  // a scalar has shape (1)
    for (std::size_t axis = 0; axis < entry.shape.rank; ++axis)
      REQUIRE(array.shape(axis) == entry.shape[axis]);
    std::copy(array.data(), array.data() + array.size(), values.data() + entry.offset);
  }
  return values;
}

/// The output outside training, as it stands and prepared for a frozen part, against Keras'.
template <class B, Shape In, class Layer>
void check_golden_inference(const std::string& name) {
  CAPTURE(name);
  const Golden golden{"layers/" + name};
  using N = Net<In, Layer>;
  const auto input = golden("input"), parameters = golden_parameters<N>(golden), expected = golden("output");
  const std::size_t batch = input.size() / In.size();
  CHECK(difference(forward_pass<N, B, inference_mode>(batch, input, parameters), expected) <
        golden_tolerance);
  CHECK(difference(forward_pass<N, B, frozen_mode>(batch, input, parameters), expected) < golden_tolerance);
}

/// One training pass of a layer: output, gradient of the input and of every trainable parameter, against
/// Keras'.
template <class B, Shape In, class Layer>
TrainingPass check_golden_training(const std::string& name) {
  CAPTURE(name);
  const Golden golden{"layers/" + name};
  using N = Net<In, Layer>;
  const auto input = golden("input");
  const TrainingPass pass = training_pass<N, B>(input.size() / In.size(), input, golden_parameters<N>(golden),
                                                golden("output_gradient"));
  CHECK(difference(pass.output, golden("output")) < golden_tolerance);
  CHECK(difference(pass.input_gradient, golden("input_gradient")) < golden_tolerance);
  for (const ParameterEntry& entry : parameter_table<N>()) {
    if (!entry.trainable) continue;
    CAPTURE(entry.name);
    CHECK(difference(part<N>(pass.gradients, entry), golden(entry.name + "_gradient")) < golden_tolerance);
  }
  return pass;
}

/// All of a layer that computes the same in training and outside.
template <class B, Shape In, class Layer>
void check_golden(const std::string& name) {
  check_golden_inference<B, In, Layer>(name);
  check_golden_training<B, In, Layer>(name);
}

}  // namespace graft::test
