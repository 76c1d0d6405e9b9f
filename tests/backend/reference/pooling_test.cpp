// SPDX-License-Identifier: MIT
#include <graft/backend/reference/pooling.hpp>

#include <doctest/doctest.h>

namespace pooling_test {

using namespace graft;
using namespace graft::detail;

TEST_CASE("window_pixels counts the real pixels of every window") {
  // The 3x3 pool with stride 1 and padding of a 3x4 map: 4 at the corners, 6 at the sides, 9 inside.
  constexpr Pool2dSpec same{contiguous({3, 4, 1}), contiguous({3, 4, 1}), {3, 3, 1, 1, 1, 1}};
  static_assert(window_pixels(same, 0, 0) == 4 && window_pixels(same, 0, 3) == 4 &&
                window_pixels(same, 2, 3) == 4);
  static_assert(window_pixels(same, 0, 1) == 6 && window_pixels(same, 1, 0) == 6);
  static_assert(window_pixels(same, 1, 1) == 9 && window_pixels(same, 1, 2) == 9);
  // Everywhere it is the number of taps.
  constexpr Pool2dSpec odd{contiguous({5, 7, 1}), contiguous({3, 3, 1}), {3, 4, 2, 3, 1, 1}};
  for (std::size_t y = 0; y < 3; ++y)
    for (std::size_t x = 0; x < 3; ++x) {
      std::size_t taps = 0;
      for_each_tap(
          odd, [&](std::size_t oy, std::size_t ox, auto, auto, auto, auto) { taps += oy == y && ox == x; });
      CHECK(window_pixels(odd, y, x) == taps);
    }
}

}  // namespace pooling_test
