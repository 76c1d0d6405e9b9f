// SPDX-License-Identifier: MIT
#include <graft/backend/simd/winograd.hpp>

#include "support/convolution_runs.hpp"

namespace winograd_test {

using namespace graft;
using namespace graft::test;
using namespace graft::detail::simd;

namespace {

constexpr Conv2dSpec make(std::size_t height, std::size_t width, std::size_t in, std::size_t out,
                          std::size_t taps_y, std::size_t taps_x, std::size_t pad_y, std::size_t pad_x,
                          std::size_t gap = 0) {
  return {{height, width, in, in + gap},
          {height + 2 * pad_y + 1 - taps_y, width + 2 * pad_x + 1 - taps_x, out, out + 2 * gap},
          {taps_y, taps_x, 1, 1, pad_y, pad_x}};
}

template <Conv2dSpec S, std::size_t Y, std::size_t X, class Act = Linear>
void check() {
  using Convolution =
      WinogradConvolution<S, WinogradAxis<Y, S.window.height>, WinogradAxis<X, S.window.width>>;
  check_algorithm<S, Convolution, Act>(random_values(S.patch_size() * S.output.channels, 1), 2e-5);
}

}  // namespace

TEST_CASE("Winograd convolution: maps of any size, with and without padding") {
  check<make(16, 16, 32, 32, 3, 3, 1, 1), 4, 4>();
  check<make(13, 10, 32, 16, 3, 3, 1, 1), 6, 6, Relu>();
  check<make(9, 7, 32, 16, 3, 3, 1, 1), 4, 4, Relu6>();
  check<make(9, 14, 16, 32, 3, 3, 0, 0), 4, 4>();
  check<make(1, 1, 16, 16, 3, 3, 1, 1), 4, 4>();
  check<make(5, 2, 16, 16, 3, 3, 2, 1), 4, 4>();
  check<make(8, 5, 16, 16, 3, 3, 1, 1), 2, 2, Relu>();
  check<make(7, 8, 16, 16, 3, 3, 0, 0), 3, 2>();
}

TEST_CASE("Winograd convolution: larger windows and windows of one row or column") {
  check<make(9, 6, 16, 32, 5, 5, 2, 2), 2, 2>();
  check<make(9, 6, 16, 32, 5, 5, 2, 2), 4, 4>();
  check<make(7, 7, 32, 48, 1, 7, 0, 3), 1, 4, Relu>();
  check<make(7, 7, 32, 48, 7, 1, 3, 0), 4, 1>();
  check<make(3, 12, 16, 16, 1, 7, 0, 0), 1, 4>();
}

TEST_CASE("Winograd convolution: channels that fill no vector, slices of wider maps") {
  check<make(6, 7, 17, 5, 3, 3, 1, 1), 4, 4, Relu>();
  check<make(6, 7, 35, 83, 3, 3, 1, 1, 3), 4, 4>();
  check<make(7, 7, 20, 33, 1, 7, 0, 3, 2), 1, 4, Relu>();
}

TEST_CASE("Winograd convolution: several groups of tiles of different sizes") {
  constexpr Conv2dSpec large = make(27, 35, 48, 40, 3, 3, 1, 1);
  constexpr WinogradPlan plan = plan_winograd(large.input.channels, large.output, 4, 4, 36);
  static_assert(plan.groups.count > 1 && plan.groups.larger > 0);
  check<large, 4, 4, Relu>();
}

}  // namespace winograd_test
