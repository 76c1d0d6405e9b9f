// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/tensor/tensor.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>
#include <xtensor/xarray.hpp>

namespace graft {

/// (count, extents of the sample...) for xtensor.
template <std::size_t Rank>
std::array<std::size_t, Rank + 1> batch_shape(std::size_t count, const Shape& sample) {
  std::array<std::size_t, Rank + 1> shape{count};
  for (std::size_t i = 0; i < Rank; ++i) shape[i + 1] = sample[i];
  return shape;
}

/// Throws ShapeError unless a batch is (anything, sample...).
template <class Batch>
void require_sample_shape(const Batch& batch, const Shape& sample) {
  bool equal = batch.dimension() == sample.rank + 1;
  for (std::size_t i = 0; equal && i < sample.rank; ++i) equal = batch.shape(i + 1) == sample[i];
  if (equal) return;
  const auto text = [](std::string first, const auto& extents, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      first += (first.size() > 1 ? ", " : "") + std::to_string(extents[i]);
    return first + ")";
  };
  throw ShapeError{"batch", text("(batch", sample.extents, 0, sample.rank),
                   text("(", batch.shape(), 0, batch.dimension())};
}

/// Values as a tensor of their own.
inline xt::xarray<float> to_xarray(const Shape& shape, std::span<const float> values) {
  auto array = xt::xarray<float>::from_shape(std::vector<std::size_t>(
      shape.extents.begin(), shape.extents.begin() + static_cast<std::ptrdiff_t>(shape.rank)));
  std::copy(values.begin(), values.end(), array.data());
  return array;
}

}  // namespace graft
