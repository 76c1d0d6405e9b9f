// SPDX-License-Identifier: MIT
#include <graft/backend/device/kernels/implicit_gemm.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace implicit_gemm_test {

using namespace graft;
using namespace graft::test;
using namespace graft::device;

static_assert(padded_depth(1) == 32 && padded_depth(32) == 32 && padded_depth(33) == 64);

TEST_CASE("columns are packed one after the other, filled up with zeros") {
  const std::vector<float> kernel{1, 2, 3, 4, 5, 6};  // (3, 2)
  const auto packed = packed_columns<Float32>(kernel, 2);
  REQUIRE(packed.size() == 2 * 32);
  const std::vector<float> first(packed.begin(), packed.begin() + 4),
      second(packed.begin() + 32, packed.begin() + 36);
  CHECK(first == std::vector<float>{1, 3, 5, 0});
  CHECK(second == std::vector<float>{2, 4, 6, 0});
}

TEST_CASE("a place in the window moves on by any number of values as it does by ones") {
  const Slide slide{.height = 3,
                    .width = 2,
                    .stride_y = 1,
                    .stride_x = 1,
                    .pad_top = 1,
                    .pad_left = 0,
                    .input = {5, 6, 3, 4},
                    .output = {5, 5, 2, 2}};
  for (const Index by : {1u, 2u, 3u, 7u, 32u}) {
    Tap far;
    far.advance(slide, by);
    Tap near;
    for (Index i = 0; i < by; ++i) near.advance(slide, 1);
    CHECK(far.y == near.y);
    CHECK(far.x == near.x);
    CHECK(far.channel == near.channel);
    CHECK(far.channel < 3);
  }
}

TEST_CASE(
    "rows and places find the pixels under a window, and none beyond the border, the window or the batch") {
  const Slide slide{.height = 3,
                    .width = 3,
                    .stride_y = 2,
                    .stride_x = 1,
                    .pad_top = 1,
                    .pad_left = 1,
                    .input = {5, 4, 3, 5},
                    .output = {3, 4, 2, 2}};
  const Index rows = 2 * slide.output.pixels();
  for (Index m = 0; m < rows; ++m) {
    const PatchRow row = patch_row(slide, rows, m);
    const Position at = position(Map{3, 4, 1, 1}, m);
    Tap tap;
    for (Index ky = 0; ky < 3; ++ky)
      for (Index kx = 0; kx < 3; ++kx)
        for (Index c = 0; c < 3; ++c, tap.advance(slide, 1)) {
          const Index iy = slide.input_y(at.y, ky), ix = slide.input_x(at.x, kx);
          REQUIRE(tap.inside(slide, row) == slide.inside(iy, ix));
          if (slide.inside(iy, ix))
            REQUIRE(Index{row.offset + tap.offset(slide)} == slide.input.pixel(at.image, iy, ix) + c);
        }
    CHECK_FALSE(tap.inside(slide, row));
  }
  Tap tap;
  for (Index k = 0; k < 27; ++k, tap.advance(slide, 1))
    CHECK_FALSE(tap.inside(slide, patch_row(slide, rows, rows)));
}

TEST_CASE("tiles are as wide as they can be used, and low where there are few rows") {
  constexpr Index multiprocessors = 132;
  CHECK(best_tile(1 << 20, 32, multiprocessors) == Tile{128, 32});
  CHECK(best_tile(1 << 20, 64, multiprocessors) == Tile{64, 64});
  CHECK(best_tile(1 << 20, 96, multiprocessors) == Tile{128, 96});
  CHECK(best_tile(1 << 20, 128, multiprocessors) == Tile{128, 128});
  CHECK(best_tile(12544, 160, multiprocessors) == Tile{64, 160});
  CHECK(best_tile(12544, 192, multiprocessors) ==
        Tile{64, 96});  // three to a multiprocessor, not one to some and two to others
  CHECK(best_tile(1 << 20, 192, multiprocessors).columns != 128);  // two of them would compute 256
  CHECK(best_tile(49, 192, multiprocessors) == Tile{64, 32});
}

}  // namespace implicit_gemm_test
