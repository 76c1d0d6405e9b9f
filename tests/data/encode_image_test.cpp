// SPDX-License-Identifier: MIT
#include <graft/data/encode_image.hpp>
#include <graft/data/read_image.hpp>

#include "image_files.hpp"
#include "support/errors.hpp"
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

namespace encode_image_test {

using namespace image_files;
using graft::OutputError;
using graft::Pixels;
using graft::ShapeError;
using graft::test::error_of;

namespace {

/// A picture without sharp edges, as photographs are.
Pixels slopes(std::size_t height, std::size_t width) {
  Pixels pixels = Pixels::from_shape({height, width, 3});
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        pixels(y, x, c) = static_cast<std::uint8_t>(40 + 2 * y + (c == 1 ? 2 * x : x));
  return pixels;
}

int largest_difference(const Pixels& a, const Pixels& b) {
  REQUIRE(a.shape() == b.shape());
  int largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  return largest;
}

}  // namespace

TEST_CASE("PNG keeps every pixel") {
  for (const auto& [height, width] : {std::pair{9, 40}, {1, 1}, {33, 8}}) {
    const auto pixels = pattern(static_cast<std::size_t>(height), static_cast<std::size_t>(width));
    CHECK(graft::decode_image(graft::encode_png(pixels), "png", {.min_side = 1}) == pixels);
  }
}

TEST_CASE("JPEG keeps the picture, better and larger with a higher quality") {
  const auto pixels = slopes(37, 50);
  const auto small = graft::encode_jpeg(pixels, 30), usual = graft::encode_jpeg(pixels),
             large = graft::encode_jpeg(pixels, 100);
  CHECK(small.size() < usual.size());
  CHECK(usual.size() < large.size());
  CHECK(largest_difference(graft::decode_image(usual, "usual"), pixels) <= 12);
  CHECK(largest_difference(graft::decode_image(large, "large"), pixels) <= 4);
}

TEST_CASE("what cannot be encoded") {
  const auto pixels = pattern(8, 8);
  CHECK(error_of<ShapeError>([&] { graft::encode_jpeg(pixels, 0); }) ==
        "encode_jpeg: expected a quality from 1 to 100, received 0");
  CHECK(error_of<ShapeError>([&] { graft::encode_jpeg(pixels, 101); }) ==
        "encode_jpeg: expected a quality from 1 to 100, received 101");
  CHECK(error_of<ShapeError>([] {
          graft::encode_png(Pixels::from_shape({5, 4, 4}));
        }) ==
        "encode_png: expected pixels (height, width, 3) with sides of 1 to 1000000, received (5, 4, 4)");
  CHECK(error_of<ShapeError>([] {
          graft::encode_png(Pixels::from_shape({0, 4, 3}));
        }).ends_with("(0, 4, 3)"));
  CHECK(
      error_of<ShapeError>([] { graft::encode_jpeg(Pixels{}); }).starts_with("encode_jpeg: expected pixels"));
  CHECK(error_of<ShapeError>([] {
          graft::encode_jpeg(Pixels::from_shape({1, 65'501, 3}));
        }) ==
        "encode_jpeg: expected pixels (height, width, 3) with sides of 1 to 65500, received (1, 65501, 3)");
}

TEST_CASE("write_image chooses the format by the extension") {
  const TemporaryFolder folder;
  const auto pixels = pattern(16, 12);
  graft::write_image(folder / "a.png", pixels);
  graft::write_image(folder / "b.JPG", pixels);
  graft::write_image(folder / "c.jpeg", pixels);
  CHECK(graft::read_image(folder / "a.png") == pixels);
  CHECK(read(folder / "b.JPG") == graft::encode_jpeg(pixels));
  CHECK(read(folder / "c.jpeg") == graft::encode_jpeg(pixels));
  graft::write_image(folder / "a.png", pattern(9, 9));
  CHECK(graft::read_image(folder / "a.png") == pattern(9, 9));
}

TEST_CASE("write_image leaves nothing behind when it fails") {
  const TemporaryFolder folder;
  const auto pixels = pattern(16, 12);
  CHECK(error_of<OutputError>([&] { graft::write_image(folder / "a.gif", pixels); }) ==
        (folder / "a.gif").string() + ": expected a name that ends in .png, .jpg or .jpeg, received .gif");
  CHECK(error_of<OutputError>([&] { graft::write_image(folder / "a", pixels); }).ends_with("no extension"));
  CHECK(error_of<OutputError>([&] {
          graft::write_image(folder / "none/a.png", pixels);
        }).starts_with((folder / "none/a.png").string() + ": expected "));
  write(folder / "kept.png", std::string{"old"});
  CHECK_THROWS_AS(graft::write_image(folder / "kept.png", Pixels::from_shape({5, 4, 4})), ShapeError);
  CHECK(read(folder / "kept.png") == Bytes{'o', 'l', 'd'});
  CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 1);
}

}  // namespace encode_image_test
