// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>
#include <graft/model/parameters.hpp>
#include <graft/tensor/shapes.hpp>

namespace graft {

/// A part that training moves: its parameters, in memory of the backend.
template <LayeredNetwork Net, Backend B>
class Trainable {
 public:
  using network = Net;
  static constexpr std::size_t parameter_count = graph_of<Net>.parameter_count;

  /// Fresh parameters by Keras' default initializers.
  explicit Trainable(Seed seed) : values_{parameter_count} {
    assign(initial_parameters<Net>(seed, Part::head));
  }

  /// Replaces all parameters; throws ShapeError for another number. // in the order of parameter_table<Net>()
  void assign(std::span<const float> parameters) {
    if (parameters.size() != parameter_count)
      throw ShapeError{"parameters", std::to_string(parameter_count) + " values",
                       std::to_string(parameters.size())};
    typename B::Context context{Threads{1}};
    B::upload(context, parameters, values_.data());
  }

  /// A copy of all parameters. // in the order of parameter_table<Net>()
  std::vector<float> parameters() const {
    std::vector<float> copy(parameter_count);
    typename B::Context context{Threads{1}};
    B::download(context, values_.data(), copy);
    return copy;
  }

  /// A copy of one parameter: parameter("dense_1/kernel"). Throws Error for a name that there is not.
  xt::xarray<float> parameter(std::string_view path) const {
    const ParameterEntry& entry = find_parameter<Net>(path);
    std::vector<float> copy(entry.shape.size());
    typename B::Context context{Threads{1}};
    B::download(context, values_.data() + entry.offset, copy);
    return to_xarray(entry.shape, copy);
  }

  /// Replaces one parameter; throws ShapeError for another size.
  void set_parameter(std::string_view path, const xt::xarray<float>& value) {
    const ParameterEntry& entry = find_parameter<Net>(path);
    if (value.size() != entry.shape.size())
      throw ShapeError{path, to_string(entry.shape), std::to_string(value.size()) + " values"};
    typename B::Context context{Threads{1}};
    B::upload(context, {value.data(), value.size()}, values_.data() + entry.offset);
  }

  /// Memory of the backend.
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }

 private:
  typename B::Buffer values_;
};

}  // namespace graft
