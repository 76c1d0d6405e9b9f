// SPDX-License-Identifier: MIT
#pragma once

#include "support/kernel_runs.hpp"
#include <functional>

namespace graft::test {

/// The specification of a Conv2D on an image, whose pixels may have gaps between them.
template <class Kernel, class Stride, class Padding>
constexpr Conv2dSpec conv2d_spec(Shape in, std::size_t filters, std::size_t input_gap = 0,
                                 std::size_t output_gap = 0) {
  using Sliding = graft::detail::Sliding<Kernel, Stride, Padding>;
  Conv2dSpec spec{contiguous(in), contiguous(Sliding::output(in, filters)), Sliding::window(in)};
  spec.input.pixel_stride += input_gap;
  spec.output.pixel_stride += output_gap;
  return spec;
}

/// run(context, batch, x, bias, y) against Reference, with the same bits from any number of threads. Gaps
/// hold NaN: a kernel that reads or writes them shows it.
template <Conv2dSpec S, class Act, class Input = std::identity, class Run>
void check_conv2d(std::span<const float> kernel, double tolerance, Run&& run, Input input = {}) {
  const auto bias = random_values(S.output.channels, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    auto x = input(random_values(buffer_size(S.input, batch), 3));
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i % S.input.pixel_stride >= S.input.channels) x[i] = poison(1)[0];
    auto expected = poison(buffer_size(S.output, batch));
    Reference::conv2d<S, Act>(one, batch, x.data(), kernel.data(), bias.data(), expected.data());
    const auto y = same_for_any_threads<Reference>([&](HostContext& context) {
      auto result = poison(buffer_size(S.output, batch));
      run(context, batch, x.data(), bias.data(), result.data());
      return result;
    });
    CHECK(only_pixels_written(S.output, y));
    CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) < tolerance);
  }
}

/// The same for an algorithm with `packed_size`, `pack` and `run`.
template <Conv2dSpec S, class Algorithm, class Act, class Input = std::identity>
void check_algorithm(std::span<const float> kernel, double tolerance, Input input = {}) {
  AlignedBuffer packed{Algorithm::packed_size};
  Algorithm::pack(kernel, packed.data());
  check_conv2d<S, Act>(
      kernel, tolerance,
      [&](HostContext& context, std::size_t batch, const float* x, const float* bias, float* y) {
        Algorithm::template run<Act>(context, batch, x, packed.data(), bias, y);
      },
      input);
}

}  // namespace graft::test
