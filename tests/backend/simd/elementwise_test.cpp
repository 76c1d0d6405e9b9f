// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t lanes = detail::simd::lanes;

constexpr ElementwiseSpec make(Shape shape, std::size_t input_gap = 0, std::size_t output_gap = 0) {
  ElementwiseSpec spec{contiguous(shape), contiguous(shape)};
  spec.input.pixel_stride += input_gap;
  spec.output.pixel_stride += output_gap;
  return spec;
}

// Random pixels with NaN in the gaps between them.
std::vector<float> pixels_with_gaps(const ImageLayout& layout, std::size_t batch, std::uint32_t subject) {
  auto values = random_values(buffer_size(layout, batch), subject);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % layout.pixel_stride >= layout.channels) values[i] = poison(1)[0];
  return values;
}

template <ElementwiseSpec S, class Act>
void check() {
  const auto scale = random_values(S.input.channels, 1), shift = random_values(S.input.channels, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = pixels_with_gaps(S.input, batch, 3), term = pixels_with_gaps(S.output, batch, 4);
    const auto both = [&](const ImageLayout& layout, const std::vector<float>& before, auto&& run) {
      auto expected = before;
      run(Reference{}, one, expected.data());
      const auto y = same_for_any_threads<Simd>([&](HostContext& context) {
        auto result = before;
        run(Simd{}, context, result.data());
        return result;
      });
      CHECK(only_pixels_written(layout, y));
      CHECK(difference(pixels_of(layout, y), pixels_of(layout, expected)) < sum_tolerance(2));
    };
    const auto nothing = poison(buffer_size(S.output, batch));
    both(S.output, nothing, [&]<class B>(B, HostContext& context, float* y) {
      B::template activation<S, Act>(context, batch, x.data(), y);
    });
    both(S.output, nothing, [&]<class B>(B, HostContext& context, float* y) {
      B::template scale_shift<S, Act>(context, batch, x.data(), scale.data(), shift.data(), y);
    });
    both(S.input, x, [&]<class B>(B, HostContext& context, float* y) {
      B::template accumulate<S, Act>(context, batch, term.data(), y);
    });
  }
}

}  // namespace

TEST_CASE("activations, sums and scaling: channels of whole and cut vectors, slices of wider maps") {
  check<make({5, 3, 2 * lanes}), Relu>();
  check<make({5, 3, lanes + 3}), Relu6>();
  check<make({4, 2, 1}), Linear>();
  check<make({4, 3, lanes + 1}, 2, 0), Relu>();
  check<make({4, 3, lanes}, 0, 5), Linear>();
  check<make({3, 3, lanes - 1}, 1, 4), Relu6>();
  check<make({2, 3, 2 * lanes + 1}), Softmax>();
  check<make({2, 3, lanes}, 3, 1), Tanh>();
  check<make({4 * lanes + 7}), Relu>();
}
