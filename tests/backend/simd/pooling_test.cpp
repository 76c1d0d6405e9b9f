// SPDX-License-Identifier: MIT
#include <graft/backend/simd/pooling.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

namespace pooling_test {

using namespace graft;
using namespace graft::test;

namespace {

template <Shape In, class Size, class Stride, class Padding, std::size_t Gap = 0>
void check() {
  using Sliding = graft::detail::Sliding<Size, Stride, Padding>;
  constexpr Pool2dSpec spec = [] {
    Pool2dSpec s{contiguous(In), contiguous(Sliding::output(In, In.channels())), Sliding::window(In)};
    s.input.pixel_stride += Gap;
    s.output.pixel_stride += 2 * Gap;
    return s;
  }();
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    auto x = random_values(buffer_size(spec.input, batch), 1);
    for (float& value : x) value -= 2.0f;  // all negative: padding that counted as zero would win
    const auto compare = [&]<class Rule>(Rule) {
      auto expected = poison(buffer_size(spec.output, batch));
      Reference::pool2d<spec, Rule>(one, batch, x.data(), expected.data());
      const auto y = same_for_any_threads<Simd>([&](auto& context) {
        auto result = poison(buffer_size(spec.output, batch));
        Simd::pool2d<spec, Rule>(context, batch, x.data(), result.data());
        return result;
      });
      CHECK(only_pixels_written(spec.output, y));
      CHECK(difference(pixels_of(spec.output, y), pixels_of(spec.output, expected)) < 1e-6);
    };
    compare(Max{});
    compare(Average{});
  }
}

}  // namespace

TEST_CASE("Simd pooling equals Reference's") {
  check<Shape{5, 6, 35}, Kernel<3>, Strides<1>, Same>();
  check<Shape{7, 9, 16}, Kernel<3>, Strides<2>, Valid>();
  check<Shape{6, 8, 5}, Kernel<2>, Strides<2>, Valid, 3>();
  check<Shape{7, 4, 33}, Kernel<3>, Strides<2>, Same, 1>();
}

}  // namespace pooling_test
