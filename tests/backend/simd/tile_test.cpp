// SPDX-License-Identifier: MIT
#include <graft/backend/simd/tile.hpp>

#include <doctest/doctest.h>

namespace tile_test {

using namespace graft::detail::simd;

TEST_CASE("a row is divided without gaps, in tiles that registers hold") {
  for (std::size_t width = 1; width <= 320; ++width)
    for (std::size_t vectors = 1; vectors <= 6 && most_pixels(vectors) > 0; ++vectors) {
      const Division row = divide_row(width, vectors);
      std::size_t at = 0;
      bool good = true;
      for (std::size_t t = 0; t < row.count; ++t) {
        good = good && row.begin(t) == at && row.length(t) >= 1 && row.length(t) - row.size <= 1 &&
               row.length(t) * vectors + vectors + 1 <= registers;
        at += row.length(t);
      }
      CAPTURE(width);
      CAPTURE(vectors);
      CHECK((good && at == width));
    }
}

TEST_CASE("the chosen block of vectors leaves room for a pixel") {
  for (const std::size_t width : {1u, 7u, 16u, 33u, 49u, 72u})
    for (std::size_t channels = 1; channels <= 400; channels += 7)
      CHECK(most_pixels(choose_vectors(width, channels)) >= 1);
}

TEST_CASE("loads, latency and multiplications bound a step") {
  CHECK(step_cost({1, 1}) == doctest::Approx(8.0));                         // latency
  CHECK(step_cost({6, 4}) == doctest::Approx(24.0));                        // multiplications
  CHECK(step_cost({24, 1}) == doctest::Approx(lanes == 16 ? 24.0 : 25.0));  // 15.4 or 25 loads
}

}  // namespace tile_test
