// SPDX-License-Identifier: MIT
#include <graft/backend/device/kernels/map.hpp>

#include <doctest/doctest.h>

namespace map_test {

using namespace graft;

constexpr device::Map gaps = device::map({2, 3, 4, 7}), dense = device::map(contiguous({2, 3, 4}));
static_assert(gaps.pixels() == 6 && gaps.size() == 24);
static_assert(dense.offset(23) == 23 && gaps.offset(23) == 5 * 7 + 3);
static_assert(gaps.pixel(1, 1, 2) == (6 + 5) * 7);

TEST_CASE("values of a batch are counted through images, rows, columns and channels") {
  device::Index i = 0;
  for (device::Index image = 0; image < 2; ++image)
    for (device::Index y = 0; y < 2; ++y)
      for (device::Index x = 0; x < 3; ++x)
        for (device::Index channel = 0; channel < 4; ++channel, ++i) {
          const device::Position at = device::position(gaps, i);
          CHECK(at.image == image);
          CHECK(at.y == y);
          CHECK(at.x == x);
          CHECK(at.channel == channel);
          CHECK(gaps.offset(i) == gaps.pixel(image, y, x) + channel);
        }
}

TEST_CASE("a window leads from the output to the input and back") {
  // 7 rows, windows of 3 every 2, one row of padding above; 5 columns, windows of 2 every 3, no padding.
  const Conv2dSpec spec{contiguous({7, 5, 1}), contiguous({4, 2, 1}), {3, 2, 2, 3, 1, 0}};
  const device::Slide slide = device::slide(spec);
  CHECK(slide.taps() == 6);
  for (device::Index iy = 0; iy < 7; ++iy)
    for (device::Index ky = 0; ky < 3; ++ky) {
      device::Index expected = 4;  // none
      for (device::Index oy = 0; oy < 4; ++oy)
        if (slide.input_y(oy, ky) == iy) expected = oy;
      CAPTURE(iy);
      CAPTURE(ky);
      if (expected < 4)
        CHECK(slide.output_y(iy, ky) == expected);
      else
        CHECK(slide.output_y(iy, ky) >= 4);
    }
  for (device::Index ix = 0; ix < 5; ++ix)
    for (device::Index kx = 0; kx < 2; ++kx) {
      const device::Index ox = slide.output_x(ix, kx);
      if (ox < 2) CHECK(slide.input_x(ox, kx) == ix);
      if (ox >= 2) CHECK(slide.input_x(0, kx) != ix);
      if (ox >= 2) CHECK(slide.input_x(1, kx) != ix);
    }
  CHECK_FALSE(slide.inside(slide.input_y(0, 0), 0));  // the padding above
  CHECK(slide.inside(slide.input_y(3, 1), 0));        // the last row
  CHECK_FALSE(slide.inside(slide.input_y(3, 2), 0));  // one below
}

}  // namespace map_test
