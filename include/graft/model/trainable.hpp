// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>
#include <graft/model/parameter_pointer.hpp>
#include <graft/model/parameters.hpp>
#include <graft/tensor/shapes.hpp>

namespace graft {

/// A part that training moves: its parameters, in memory of the backend. The first `FrontSize` of them, those
/// of a backbone's unfrozen layers, have a buffer of their own, so that they come and go without the head's.
template <LayeredNetwork Net, Backend B, std::size_t FrontSize = 0>
class Trainable {
 public:
  using network = Net;
  static constexpr std::size_t parameter_count = graph_of<Net>.parameter_count;

  /// Fresh parameters by Keras' default initializers.
  explicit Trainable(Seed seed) : front_{FrontSize}, back_{parameter_count - FrontSize} {
    assign(initial_parameters<Net>(seed, Part::head));
  }

  /// The parameters that lie in these two buffers.
  Trainable(typename B::Buffer front, typename B::Buffer back)
      : front_{std::move(front)}, back_{std::move(back)} {}

  /// Replaces all parameters; throws ShapeError for another number. // in the order of parameter_table<Net>()
  void assign(std::span<const float> parameters) {
    if (parameters.size() != parameter_count)
      throw ShapeError{"parameters", std::to_string(parameter_count) + " values",
                       std::to_string(parameters.size())};
    typename B::Context context{Threads{1}};
    if constexpr (FrontSize > 0) B::upload(context, parameters.first(FrontSize), front_.data());
    B::upload(context, parameters.subspan(FrontSize), back_.data());
  }

  /// A copy of all parameters. // in the order of parameter_table<Net>()
  std::vector<float> parameters() const {
    std::vector<float> copy(parameter_count);
    typename B::Context context{Threads{1}};
    if constexpr (FrontSize > 0) B::download(context, front_.data(), std::span{copy}.first(FrontSize));
    B::download(context, back_.data(), std::span{copy}.subspan(FrontSize));
    return copy;
  }

  /// A copy of one parameter: parameter("dense_1/kernel"). Throws Error for a name that there is not.
  xt::xarray<float> parameter(std::string_view path) const {
    const ParameterEntry& entry = find_parameter<Net>(path);
    std::vector<float> copy(entry.shape.size());
    typename B::Context context{Threads{1}};
    B::download(context, data().at(entry.offset), copy);
    return to_xarray(entry.shape, copy);
  }

  /// Replaces one parameter; throws ShapeError for another size.
  void set_parameter(std::string_view path, const xt::xarray<float>& value) {
    const ParameterEntry& entry = find_parameter<Net>(path);
    if (value.size() != entry.shape.size())
      throw ShapeError{path, to_string(entry.shape), std::to_string(value.size()) + " values"};
    typename B::Context context{Threads{1}};
    B::upload(context, {value.data(), value.size()}, data().at(entry.offset));
  }

  /// Memory of the backend.
  ParameterPointer<float> data() { return {front_.data(), FrontSize, back_.data()}; }
  ParameterPointer<const float> data() const { return {front_.data(), FrontSize, back_.data()}; }

  /// Gives up the parameters behind the first FrontSize; what is left can only be destroyed or assigned to.
  typename B::Buffer release_back() && { return std::move(back_); }

 private:
  typename B::Buffer front_, back_;
};

}  // namespace graft
