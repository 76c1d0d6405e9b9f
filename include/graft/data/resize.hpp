// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/tensor/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// How an image is brought to another size; neither keeps the ratio of the sides.
enum class Interpolation {
  nearest,  ///< Pillow's NEAREST, the default of Keras' flow_from_directory
  bilinear  ///< TensorFlow's, without antialiasing, the default of Keras' image_dataset_from_directory
};

namespace detail {

inline void check_resize(std::string_view function, const Pixels& pixels, std::size_t height,
                         std::size_t width) {
  const auto& shape = pixels.shape();
  if (shape[0] == 0 || shape[1] == 0 || shape[2] != 3)
    throw ShapeError(function, "pixels (height, width, 3)",
                     "(" + std::to_string(shape[0]) + ", " + std::to_string(shape[1]) + ", " +
                         std::to_string(shape[2]) + ")");
  if (height == 0 || width == 0)
    throw ShapeError(function, "a target of at least 1x1 pixels",
                     std::to_string(width) + "x" + std::to_string(height));
}

/// For every output position of one axis, the input position: the position is accumulated in double, as
/// Pillow does; (i + 0.5) * in / out differs from it for one in ten pairs of sizes.
inline std::vector<std::size_t> nearest_positions(std::size_t in, std::size_t out) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  double position = step * 0.5;
  std::vector<std::size_t> positions(out);
  for (std::size_t& source : positions) {
    source = std::min(static_cast<std::size_t>(position), in - 1);
    position += step;
  }
  return positions;
}

/// The two neighbours of an output position along one axis, and the weight of the upper one.
struct BilinearTap {
  std::size_t lower, upper;
  float weight;
};

/// source = (i + 0.5) * in / out - 0.5 in float32.
inline std::vector<BilinearTap> bilinear_taps(std::size_t in, std::size_t out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  std::vector<BilinearTap> taps(out);
  for (std::size_t i = 0; i < out; ++i) {
    // volatile: the product is rounded before the subtraction, also where a compiler would fuse the two.
    const volatile float product = (static_cast<float>(i) + 0.5f) * scale;
    const float source = product - 0.5f, floor = std::floor(source);
    const auto lower = static_cast<std::size_t>(std::max(floor, 0.0f));
    const auto upper = std::min(static_cast<std::size_t>(std::ceil(source)), in - 1);
    taps[i] = {std::min(lower, in - 1), upper, source - floor};
  }
  return taps;
}

/// rgb: (height, width, 3) of Value, which is uint8 or float.
template <class Value>
void nearest_into(const Pixels& pixels, std::size_t height, std::size_t width, Value* rgb) {
  const auto rows = nearest_positions(pixels.shape(0), height);
  const auto columns = nearest_positions(pixels.shape(1), width);
  for (const std::size_t y : rows) {
    const std::uint8_t* const row = pixels.data() + y * pixels.shape(1) * 3;
    for (const std::size_t x : columns)
      for (std::size_t c = 0; c < 3; ++c) *rgb++ = static_cast<Value>(row[3 * x + c]);
  }
}

/// rgb: (height, width, 3); along x first, then along y.
inline void bilinear_into(const Pixels& pixels, std::size_t height, std::size_t width, float* rgb) {
  const auto rows = bilinear_taps(pixels.shape(0), height);
  const auto columns = bilinear_taps(pixels.shape(1), width);
  for (const BilinearTap& y : rows) {
    const std::uint8_t* const top_row = pixels.data() + y.lower * pixels.shape(1) * 3;
    const std::uint8_t* const bottom_row = pixels.data() + y.upper * pixels.shape(1) * 3;
    for (const BilinearTap& x : columns)
      for (std::size_t c = 0; c < 3; ++c) {
        const float top_left = top_row[3 * x.lower + c], top_right = top_row[3 * x.upper + c];
        const float bottom_left = bottom_row[3 * x.lower + c], bottom_right = bottom_row[3 * x.upper + c];
        const float top = top_left + (top_right - top_left) * x.weight;
        const float bottom = bottom_left + (bottom_right - bottom_left) * x.weight;
        *rgb++ = top + (bottom - top) * y.weight;
      }
  }
}

}  // namespace detail

/// The nearest input pixel for each output pixel, bit for bit Pillow's resize((width, height), NEAREST)
/// (ImagingScaleAffine). Throws ShapeError for an empty input or output.
inline Pixels resize_nearest(const Pixels& pixels, std::size_t height, std::size_t width) {
  detail::check_resize("resize_nearest", pixels, height, width);
  Pixels resized = Pixels::from_shape({height, width, 3});
  detail::nearest_into(pixels, height, width, resized.data());
  return resized;
}

/// TensorFlow's tf.image.resize(…, 'bilinear') (resize_bilinear_op.cc, half-pixel centres), float32 of 0 to
/// 255. // (height, width, 3). Throws ShapeError for an empty input or output.
inline Tensor<3> resize_bilinear(const Pixels& pixels, std::size_t height, std::size_t width) {
  detail::check_resize("resize_bilinear", pixels, height, width);
  Tensor<3> resized = Tensor<3>::from_shape({height, width, 3});
  detail::bilinear_into(pixels, height, width, resized.data());
  return resized;
}

/// Resizes into the caller's memory: rgb holds (height, width, 3) floats and receives 0 to 255.
/// Throws ShapeError for an empty input or output.
inline void resize_into(const Pixels& pixels, std::size_t height, std::size_t width,
                        Interpolation interpolation, float* rgb) {
  detail::check_resize("resize_into", pixels, height, width);
  if (interpolation == Interpolation::nearest)
    detail::nearest_into(pixels, height, width, rgb);
  else
    detail::bilinear_into(pixels, height, width, rgb);
}

}  // namespace graft
