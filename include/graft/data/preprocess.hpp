// SPDX-License-Identifier: MIT
#pragma once

#include <graft/data/image_folder.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/data/resize.hpp>
#include <graft/model/model.hpp>

namespace graft {

namespace detail {

/// The preprocessing of a base: the backbone's own, or Rescale for a bare Image.
template <class Base>
struct PreprocessingOf {
  using type = Rescale;
};
template <class Net, fixed_string Through, class Statistics>
struct PreprocessingOf<Frozen<Net, Through, Statistics>> {
  using type = typename Net::preprocessing;
};

/// An image as a network's input. // input (height, width, 3)
template <graft::Preprocessing P>
void preprocess_into(const Pixels& image, Shape input_shape, Interpolation interpolation, float* input) {
  resize_into(image, input_shape[0], input_shape[1], interpolation, input);
  P::apply({input, input_shape.size()});
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
Tensor<3> Extractor<Net, B>::preprocess(const Pixels& image, Interpolation interpolation) {
  static_assert(input_shape.rank == 3 && input_shape[2] == 3,
                "graft: preprocess: expected a network of RGB images");
  auto input = Tensor<3>::from_shape({input_shape[0], input_shape[1], input_shape[2]});
  detail::preprocess_into<typename Net::preprocessing>(image, input_shape, interpolation, input.data());
  return input;
}

template <LayeredNetwork Net, Backend B>
Tensor<3> Extractor<Net, B>::preprocess(const Pixels& image) {
  return preprocess(image, Interpolation::nearest);
}

template <class Base, class Head, Backend B>
auto Model<Base, Head, B>::predict(const Pixels& image, Workspace& workspace) const {
  std::vector<float> input(input_shape.size());
  detail::preprocess_into<typename detail::PreprocessingOf<Base>::type>(image, input_shape,
                                                                        Interpolation::nearest, input.data());
  const std::span<const float> result = predict(input, workspace);
  if constexpr (output_shape.size() == 1) {
    return result[0];
  } else {
    auto outputs = Tensor<1>::from_shape({result.size()});
    std::copy(result.begin(), result.end(), outputs.data());
    return outputs;
  }
}

template <class Base, class Head, Backend B>
auto Model<Base, Head, B>::predict(const Pixels& image) const {
  Workspace workspace{1, threads_};
  return predict(image, workspace);
}

}  // namespace graft
