// SPDX-License-Identifier: MIT
#include <graft/data/resize.hpp>

#include "image_files.hpp"
#include "support/errors.hpp"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <xtensor/xnpy.hpp>

namespace resize_test {

using namespace image_files;
using graft::Interpolation;
using graft::Pixels;
using graft::Tensor;
using graft::test::error_of;

TEST_CASE("nearest is Pillow's, for 50 pairs of sizes") {
  std::ifstream lines{golden() / "resize/nearest.txt"};
  std::size_t in_height = 0, in_width = 0, height = 0, width = 0;
  std::uint32_t crc = 0;
  int count = 0;
  while (lines >> in_height >> in_width >> height >> width >> crc) {
    INFO(in_height, "x", in_width, " to ", height, "x", width);
    const auto resized = graft::resize_nearest(pattern(in_height, in_width), height, width);
    CHECK(resized.shape(0) == height);
    CHECK(resized.shape(1) == width);
    CHECK(crc32(resized) == crc);
    ++count;
  }
  CHECK(count == 50);
}

TEST_CASE("nearest takes every second pixel, the odd ones, when it halves") {
  const auto pixels = pattern(300, 300);
  const auto half = graft::resize_nearest(pixels, 150, 150);
  CHECK(half(0, 0, 0) == pixels(1, 1, 0));
  CHECK(half(149, 3, 2) == pixels(299, 7, 2));
}

TEST_CASE("bilinear is TensorFlow's") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator{golden() / "resize"}) {
    std::size_t in_height = 0, in_width = 0, height = 0, width = 0;
    if (std::sscanf(entry.path().filename().c_str(), "bilinear_%zux%zu_to_%zux%zu.npy", &in_height, &in_width,
                    &height, &width) != 4)
      continue;
    CAPTURE(entry.path().filename().string());
    const Tensor<3> expected = xt::load_npy<float>(entry.path().string());
    const auto resized = graft::resize_bilinear(pattern(in_height, in_width), height, width);
    REQUIRE(resized.shape() == expected.shape());
    // Equal bits, unless the compiler fuses multiplications with additions: a few units in the last place of
    // 255.
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(std::abs(resized.data()[i] - expected.data()[i]) <= 1e-4f);
    ++count;
  }
  CHECK(count == 6);
}

TEST_CASE("resize_into writes the same values as floats") {
  const auto pixels = pattern(21, 34);
  Tensor<3> floats = Tensor<3>::from_shape({13, 8, 3});
  graft::resize_into(pixels, 13, 8, Interpolation::nearest, floats.data());
  const auto nearest = graft::resize_nearest(pixels, 13, 8);
  for (std::size_t i = 0; i < floats.size(); ++i) CHECK(floats.data()[i] == nearest.data()[i]);
  graft::resize_into(pixels, 13, 8, Interpolation::bilinear, floats.data());
  CHECK(floats == graft::resize_bilinear(pixels, 13, 8));
}

TEST_CASE("an equal size changes nothing") {
  const auto pixels = pattern(17, 23);
  CHECK(graft::resize_nearest(pixels, 17, 23) == pixels);
  const auto bilinear = graft::resize_bilinear(pixels, 17, 23);
  for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(bilinear.data()[i] == pixels.data()[i]);
}

TEST_CASE("positions stay inside the image, whatever the sizes") {
  for (const std::size_t in : {1u, 2u, 7u, 300u, 65'500u})
    for (const std::size_t out : {1u, 2u, 3u, 149u, 1001u, 100'000u}) {
      INFO(in, " to ", out);
      const auto nearest = graft::detail::nearest_positions(in, out);
      const auto taps = graft::detail::bilinear_taps(in, out);
      REQUIRE(nearest.size() == out);
      REQUIRE(taps.size() == out);
      CHECK(std::is_sorted(nearest.begin(), nearest.end()));
      CHECK(nearest.back() < in);
      for (const auto& tap : taps) {
        const bool valid = tap.lower <= tap.upper && tap.upper < in && tap.weight >= 0 && tap.weight <= 1;
        if (!valid) FAIL_CHECK(tap.lower << " " << tap.upper << " " << tap.weight);
      }
    }
}

TEST_CASE("empty pictures are refused") {
  const auto pixels = pattern(8, 8);
  CHECK(error_of<graft::ShapeError>([&] { graft::resize_nearest(pixels, 0, 5); }) ==
        "resize_nearest: expected a target of at least 1x1 pixels, received 5x0");
  CHECK(error_of<graft::ShapeError>([&] {
          graft::resize_bilinear(Pixels::from_shape({2, 0, 3}), 1, 1);
        }) == "resize_bilinear: expected pixels (height, width, 3), received (2, 0, 3)");
  float sample[3];
  CHECK(error_of<graft::ShapeError>([&] {
          graft::resize_into(Pixels::from_shape({2, 2, 1}), 1, 1, Interpolation::nearest, sample);
        }) == "resize_into: expected pixels (height, width, 3), received (2, 2, 1)");
}

}  // namespace resize_test
