// SPDX-License-Identifier: MIT
#include <graft/backend/simd/winograd_tile.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace winograd_tile_test {

using namespace graft::detail::simd;
using namespace graft::test;

namespace {

// One tile of F(Y) x F(X) on maps of `channels` channels, each with a filter of its own, against plain sums.
// Of the outputs, all but the last row and column are asked for if `Partial`.
template <class Y, class X, bool Partial>
void check(std::size_t channels) {
  using Tile = WinogradTile<Y, X>;
  CAPTURE(channels);
  const auto map = random_values(Tile::points * channels, 1);  // (height, width, channels)
  const auto kernel = random_values(Y::taps * X::taps * channels, 2);
  const auto bias = random_values(channels, 3);
  std::vector<const float*> pixels(Tile::points);
  for (std::size_t p = 0; p < Tile::points; ++p) pixels[p] = map.data() + p * channels;
  std::vector<float> v = poison(Tile::points * channels);
  Tile::template input<FloatProducts>(pixels.data(), channels, v.data(), channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto u = Tile::kernel(kernel.data() + c, channels);
    for (std::size_t p = 0; p < Tile::points; ++p) v[p * channels + c] *= static_cast<float>(u[p]);
  }
  const std::size_t rows = Partial ? Y::outputs - 1 : Y::outputs,
                    columns = Partial ? X::outputs - 1 : X::outputs;
  std::vector<float> y = poison(Y::outputs * X::outputs * channels);
  v.resize(v.size() + lanes);  // the last vector may read further
  for (std::size_t c = 0; c < channels; c += lanes) {
    const std::size_t count = std::min(lanes, channels - c);
    Vector b{};
    std::memcpy(&b, bias.data() + c, count * sizeof(float));
    Tile::template output<graft::Relu>(v.data() + c, channels, b,
                                       {y.data() + c, X::outputs * channels, channels, rows, columns, count});
  }
  for (std::size_t oy = 0; oy < Y::outputs; ++oy)
    for (std::size_t ox = 0; ox < X::outputs; ++ox)
      for (std::size_t c = 0; c < channels; ++c) {
        const float got = y[(oy * X::outputs + ox) * channels + c];
        double sum = double{bias[c]};
        for (std::size_t ky = 0; ky < Y::taps; ++ky)
          for (std::size_t kx = 0; kx < X::taps; ++kx)
            sum += double{map[((oy + ky) * X::size + ox + kx) * channels + c]} *
                   double{kernel[(ky * X::taps + kx) * channels + c]};
        if (oy < rows && ox < columns)
          CHECK(std::fabs(double{got} - std::max(sum, 0.0)) < 1e-4);
        else
          CHECK(std::isnan(got));
      }
}

}  // namespace

TEST_CASE("a tile is transformed, multiplied and transformed back") {
  for (const std::size_t channels : {lanes, 2 * lanes, lanes + 1, 3 * lanes - 1}) {
    check<WinogradAxis<4, 3>, WinogradAxis<4, 3>, false>(channels);
    check<WinogradAxis<4, 3>, WinogradAxis<4, 3>, true>(channels);
    check<WinogradAxis<2, 5>, WinogradAxis<2, 5>, true>(channels);
    check<WinogradAxis<4, 5>, WinogradAxis<4, 5>, false>(channels);
    check<WinogradAxis<1, 1>, WinogradAxis<4, 7>, false>(channels);
    check<WinogradAxis<4, 7>, WinogradAxis<1, 1>, false>(channels);
    check<WinogradAxis<2, 3>, WinogradAxis<3, 5>, true>(channels);
  }
}

}  // namespace winograd_tile_test
