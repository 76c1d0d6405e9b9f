// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/pooling.hpp>
#include <graft/backend/simd/vector.hpp>

namespace graft::detail {

/// Pooling that keeps each window's result in registers; one task for each row of output pixels.
struct SimdPooling {
  template <Pool2dSpec S, class Rule>
  static void pool2d(HostContext& context, std::size_t batch, const float* x, float* y) {
    context.team().run(batch * S.output.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / S.output.height, oy = task % S.output.height;
      for (std::size_t ox = 0; ox < S.output.width; ++ox)
        pool_window<S, Rule>(x + image * S.input.image_stride(), y + pixel(S.output, image, oy, ox), oy, ox);
    });
  }

 private:
  template <Pool2dSpec S, class Rule>
  static void pool_window(const float* x, float* out, std::size_t oy, std::size_t ox) {
    using simd::Vector, simd::lanes;
    const Range rows = real(oy, S.window.stride_y, S.window.pad_top, S.window.height, S.input.height);
    const Range columns = real(ox, S.window.stride_x, S.window.pad_left, S.window.width, S.input.width);
    const float* corner = x + pixel(S.input, 0, rows.begin, columns.begin);
    const float count = static_cast<float>((rows.end - rows.begin) * (columns.end - columns.begin));
    constexpr std::size_t whole = S.output.channels / lanes * lanes;
    const auto each = [&](auto&& take) {
      const float* row = corner;
      for (std::size_t iy = rows.begin; iy < rows.end; ++iy, row += S.input.width * S.input.pixel_stride)
        for (std::size_t k = 0; k < columns.end - columns.begin; ++k) take(row + k * S.input.pixel_stride);
    };
    for (std::size_t c = 0; c < whole; c += lanes) {
      Vector result, value;
      simd::load(result, corner + c);
      if constexpr (std::is_same_v<Rule, Max>) {
        each([&](const float* from) {
          simd::load(value, from + c);
          result = value > result ? value : result;
        });
      } else {
        result = Vector{};
        each([&](const float* from) {
          simd::load(value, from + c);
          result += value;
        });
        result /= count;
      }
      simd::store(out + c, result);
    }
    for (std::size_t c = whole; c < S.output.channels; ++c) {
      float result = std::is_same_v<Rule, Max> ? corner[c] : 0.0f;
      each([&](const float* from) {
        result = std::is_same_v<Rule, Max> ? std::max(result, from[c]) : result + from[c];
      });
      out[c] = std::is_same_v<Rule, Max> ? result : result / count;
    }
  }

  struct Range {
    std::size_t begin, end;
  };
  // Input rows or columns of a window that exist.
  static constexpr Range real(std::size_t o, std::size_t stride, std::size_t pad, std::size_t size,
                              std::size_t extent) {
    const std::size_t begin = o * stride > pad ? o * stride - pad : 0, end = o * stride + size - pad;
    return {begin, end < extent ? end : extent};
  }
};

}  // namespace graft::detail
