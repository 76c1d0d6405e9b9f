// SPDX-License-Identifier: MIT
#include <graft/data/encode_image.hpp>
#include <graft/data/read_image.hpp>

#include "image_files.hpp"
#include "support/errors.hpp"
#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace read_image_test {

using namespace image_files;
using graft::decode_image;
using graft::ImageError;
using graft::ImageLimits;
using graft::read_image;
using graft::test::error_of;

namespace {

/// Reads every file of a table "file height width crc" and compares it with what Pillow decoded.
int compare_with_table(const fs::path& table, const fs::path& folder) {
  std::ifstream lines{table};
  std::string name;
  std::size_t height = 0, width = 0;
  std::uint32_t crc = 0;
  int count = 0;
  while (lines >> name >> height >> width >> crc) {
    CAPTURE(name);
    const auto pixels = read_image(folder / name);
    CHECK(pixels.shape(0) == height);
    CHECK(pixels.shape(1) == width);
    CHECK(crc32(pixels) == crc);
    ++count;
  }
  return count;
}

std::string refusal(const Bytes& bytes, ImageLimits limits = {}) {
  return error_of<ImageError>([&] { decode_image(bytes, "some/photo.jpg", limits); });
}

bool names_the_file(const std::string& text) { return text.starts_with("some/photo.jpg: expected "); }

void put(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// An 8-bit RGB PNG that ends where its pixels would begin.
Bytes png_header(std::uint32_t height, std::uint32_t width) {
  Bytes bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  put(bytes, width);
  put(bytes, height);
  bytes.insert(bytes.end(), {8, 2, 0, 0, 0});
  put(bytes, crc32(bytes.data() + 12, 17));
  bytes.insert(bytes.end(), {0, 0, 0, 99, 'I', 'D', 'A', 'T'});
  return bytes;
}

/// A JPEG whose header claims another size than it was written with.
Bytes jpeg_claiming(std::uint16_t height, std::uint16_t width) {
  Bytes bytes = graft::encode_jpeg(pattern(16, 16));
  const Bytes start_of_frame{0xff, 0xc0, 0, 17, 8};
  const auto frame = std::search(bytes.begin(), bytes.end(), start_of_frame.begin(), start_of_frame.end());
  REQUIRE(frame != bytes.end());
  const auto at = static_cast<std::size_t>(frame - bytes.begin()) + start_of_frame.size();
  bytes[at] = static_cast<std::uint8_t>(height >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(height);
  bytes[at + 2] = static_cast<std::uint8_t>(width >> 8);
  bytes[at + 3] = static_cast<std::uint8_t>(width);
  return bytes;
}

/// A 16x16 JPEG of one colour, encoded by libjpeg as `choose` sets it up.
template <class Choose>
Bytes jpeg_of(J_COLOR_SPACE space, const Bytes& colour, const Choose& choose) {
  graft::detail::JpegErrors errors;
  ::jpeg_compress_struct state{};
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  state.err = &errors.manager;
  Bytes row;
  for (int x = 0; x < 16; ++x) row.insert(row.end(), colour.begin(), colour.end());
  const bool done = errors.run([&] {
    jpeg_create_compress(&state);
    ::jpeg_mem_dest(&state, &buffer, &size);
    state.image_height = state.image_width = 16;
    state.input_components = static_cast<int>(colour.size());
    state.in_color_space = space;
    ::jpeg_set_defaults(&state);
    choose(state);
    ::jpeg_start_compress(&state, TRUE);
    JSAMPROW scanline = row.data();
    for (int y = 0; y < 16; ++y) ::jpeg_write_scanlines(&state, &scanline, 1);
    ::jpeg_finish_compress(&state);
  });
  ::jpeg_destroy_compress(&state);
  REQUIRE_MESSAGE(done, errors.text);
  Bytes bytes(buffer, buffer + size);
  std::free(buffer);
  return bytes;
}

}  // namespace

TEST_CASE("every kind of PNG and JPEG gives the pixels that Pillow gives") {
  CHECK(compare_with_table(golden() / "images/pixels.txt", golden() / "images") == 41);
}

TEST_CASE("photographs give the pixels that Pillow gives") {
  if (shared_data().empty()) {
    MESSAGE("skipped: no folder of photographs (GRAFT_DATA)");
    return;
  }
  CHECK(compare_with_table(golden() / "images/horse_or_human.txt", shared_data() / "horse-or-human") == 16);
}

TEST_CASE("a file is read by its content, not by its extension") {
  const TemporaryFolder folder;
  write(folder / "really_png.jpg", graft::encode_png(pattern(12, 9)));
  CHECK(read_image(folder / "really_png.jpg") == pattern(12, 9));
}

TEST_CASE("a file that is no image, or none at all") {
  const TemporaryFolder folder;
  const auto refusal_of = [&](const std::string& name) {
    return error_of<ImageError>([&] { read_image(folder / name); });
  };
  const std::string prefix = folder.path().string() + "/";

  write(folder / "text.jpg", std::string{"this is a text,\nno picture"});
  CHECK(refusal_of("text.jpg") == prefix +
                                      "text.jpg: expected a JPEG or PNG image, received a file that begins "
                                      "with 'this is a text,.'");
  write(folder / "empty.jpg", std::string{});
  CHECK(refusal_of("empty.jpg") ==
        prefix + "empty.jpg: expected a JPEG or PNG image, received an empty file");
  write(folder / "moving.png", std::string{"GIF89a..."});
  CHECK(refusal_of("moving.png") ==
        prefix + "moving.png: expected a JPEG or PNG image, received a GIF image");
  write(folder / "old.bmp", std::string{"BM......"});
  CHECK(refusal_of("old.bmp") == prefix + "old.bmp: expected a JPEG or PNG image, received a BMP image");
  fs::create_directory(folder / "folder.jpg");
  CHECK(refusal_of("folder.jpg") == prefix + "folder.jpg: expected a JPEG or PNG file, received a folder");
  CHECK(refusal_of("none.jpg") == prefix + "none.jpg: expected a JPEG or PNG file, received no such file");
  CHECK(refusal_of("text.jpg/none.jpg") ==
        prefix + "text.jpg/none.jpg: expected a JPEG or PNG file, received no such file");
  fs::create_symlink("itself.jpg", folder / "itself.jpg");
  CHECK(refusal_of("itself.jpg").starts_with(prefix + "itself.jpg: expected a JPEG or PNG file, received "));
  REQUIRE(::mkfifo((folder / "pipe.jpg").c_str(), 0600) == 0);
  CHECK(refusal_of("pipe.jpg") ==
        prefix + "pipe.jpg: expected a JPEG or PNG file, received a device, pipe or socket");
  write(folder / "huge.jpg", std::string{});
  fs::resize_file(folder / "huge.jpg", (std::uintmax_t{1} << 30) + 1);  // sparse: takes no space
  CHECK(refusal_of("huge.jpg") ==
        prefix + "huge.jpg: expected a file of at most 1 GiB, received 1073741825 bytes");
}

TEST_CASE("a truncated image is refused, wherever it ends") {
  for (const char* name :
       {"ycbcr_420.jpg", "progressive.jpg", "cmyk.jpg", "rgba8.png", "palette4_interlaced.png"}) {
    CAPTURE(name);
    const Bytes whole = read(golden() / "images" / name);
    REQUIRE(decode_image(whole, name).size() > 0);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto text = refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      if (!names_the_file(text))
        FAIL_CHECK("cut to " << size << " of " << whole.size() << " bytes: " << text);
    }
  }
}

TEST_CASE("a JPEG that lost data in the middle is refused, also with its end marker in place") {
  Bytes bytes = graft::encode_jpeg(pattern(64, 64));
  bytes.resize(bytes.size() / 2);
  bytes.insert(bytes.end(), {0xff, 0xd9});
  CHECK(refusal(bytes).starts_with("some/photo.jpg: expected a complete, undamaged JPEG image, received '"));
}

TEST_CASE("bytes that change no pixel are tolerated, as Pillow tolerates them") {
  const Bytes jpeg = graft::encode_jpeg(pattern(20, 30));
  const auto pixels = decode_image(jpeg, "whole");
  Bytes longer = jpeg;
  longer.insert(longer.end(), {1, 2, 3, 0xff, 0xd8});
  CHECK(decode_image(longer, "trailing bytes") == pixels);
  longer = jpeg;
  longer.insert(longer.end() - 2, {0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(decode_image(longer, "extraneous bytes before the end marker") == pixels);

  Bytes png = graft::encode_png(pattern(20, 30));
  png.insert(png.end(), {1, 2, 3});
  CHECK(decode_image(png, "trailing bytes") == pattern(20, 30));
}

TEST_CASE("a damaged byte never crashes, and never gives other pixels in a PNG") {
  for (const char* name : {"ycbcr_422.jpg", "progressive.jpg", "gray.jpg", "gray_alpha8.png",
                           "palette8_transparent.png", "rgb16_interlaced.png"}) {
    CAPTURE(name);
    const bool png = std::string_view{name}.ends_with(".png");
    const Bytes whole = read(golden() / "images" / name);
    const auto pixels = decode_image(whole, name);
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (const int flip : {0x01, 0x80, 0xff}) {
        Bytes damaged = whole;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
        try {
          const auto read = decode_image(damaged, "some/photo.jpg", {8, 1'000'000});
          if (png && read != pixels) FAIL_CHECK("byte " << at << ": other pixels without an error");
        } catch (const ImageError& error) {
          if (!names_the_file(error.what())) FAIL_CHECK("byte " << at << ": " << error.what());
          ++refused;
        }
      }
    CHECK(refused > 0);
    if (png) CHECK(refused == static_cast<int>(3 * whole.size()));
  }
}

TEST_CASE("the size is checked before the pixels are read") {
  // These files end where the pixels begin: any other order of checks would call them truncated.
  CHECK(refusal(png_header(1, 1)) ==
        "some/photo.jpg: expected an image of at least 8x8 pixels, received 1x1");
  CHECK(refusal(png_header(8, 7)) ==
        "some/photo.jpg: expected an image of at least 8x8 pixels, received 7x8");
  CHECK(refusal(png_header(10'000, 10'000)) ==
        "some/photo.jpg: expected an image of at most 64000000 pixels, received 10000x10000");
  CHECK(refusal(png_header(0x7fffffff, 0x7fffffff)) ==
        "some/photo.jpg: expected an image of at most 64000000 pixels, received 2147483647x2147483647");
  CHECK(refusal(png_header(8000, 8000)) ==
        "some/photo.jpg: expected a complete, undamaged PNG image, received 'Premature end of PNG file'");
  CHECK(refusal(png_header(0, 8)).starts_with("some/photo.jpg: expected "));

  CHECK(refusal(jpeg_claiming(1, 1)) ==
        "some/photo.jpg: expected an image of at least 8x8 pixels, received 1x1");
  CHECK(refusal(jpeg_claiming(10'000, 10'000)) ==
        "some/photo.jpg: expected an image of at most 64000000 pixels, received 10000x10000");
  CHECK(refusal(jpeg_claiming(65'500, 65'500)) ==
        "some/photo.jpg: expected an image of at most 64000000 pixels, received 65500x65500");
  CHECK(refusal(jpeg_claiming(0, 8)).starts_with("some/photo.jpg: expected "));
}

TEST_CASE("the limits are the caller's") {
  const Bytes bytes = graft::encode_png(pattern(3, 2));
  CHECK(decode_image(bytes, "tiny", {.min_side = 1}) == pattern(3, 2));
  CHECK(refusal(bytes, {.min_side = 3}) ==
        "some/photo.jpg: expected an image of at least 3x3 pixels, received 2x3");
  CHECK(decode_image(bytes, "tiny", {.min_side = 0, .max_pixels = 6}) == pattern(3, 2));
  CHECK(refusal(bytes, {.min_side = 0, .max_pixels = 5}) ==
        "some/photo.jpg: expected an image of at most 5 pixels, received 2x3");
}

TEST_CASE("inks of a YCCK JPEG become RGB") {
  // Adobe writes inks inverted: 255 is no ink. Red, with a fifth of black.
  const auto keep = [](::jpeg_compress_struct& state) {
    ::jpeg_set_quality(&state, 100, TRUE);
    ::jpeg_set_colorspace(&state, JCS_YCCK);
  };
  const auto pixels = decode_image(jpeg_of(JCS_CMYK, {255, 30, 60, 204}, keep), "inks");
  CHECK(std::abs(pixels(5, 5, 0) - 204) <= 2);
  CHECK(std::abs(pixels(5, 5, 1) - 24) <= 2);
  CHECK(std::abs(pixels(5, 5, 2) - 48) <= 2);
}

TEST_CASE("a JPEG of components without a meaning is refused") {
  CHECK(refusal(jpeg_of(JCS_UNKNOWN, {1, 2}, [](auto&) {})) ==
        "some/photo.jpg: expected a JPEG image in gray, RGB, YCbCr, CMYK or YCCK, received 2 components of "
        "unknown meaning");
}

TEST_CASE("a JPEG of hundreds of scans, which would keep the decoder busy, is refused") {
  // Each coefficient alone, first without and then with its last bit: 1 + 63 + 63 scans.
  std::vector<::jpeg_scan_info> scans;
  const auto add = [&](int coefficient, int high, int low) {
    ::jpeg_scan_info scan{};
    scan.comps_in_scan = 1;
    scan.Ss = scan.Se = coefficient;
    scan.Ah = high;
    scan.Al = low;
    scans.push_back(scan);
  };
  add(0, 0, 0);
  for (int coefficient = 1; coefficient < 64; ++coefficient) add(coefficient, 0, 1);
  const auto file = [&] {
    return jpeg_of(JCS_GRAYSCALE, {77}, [&](::jpeg_compress_struct& state) {
      state.scan_info = scans.data();
      state.num_scans = static_cast<int>(scans.size());
    });
  };
  CHECK(decode_image(file(), "64 scans")(3, 3, 1) == 77);
  for (int coefficient = 1; coefficient < 64; ++coefficient) add(coefficient, 1, 0);
  CHECK(refusal(file()) ==
        "some/photo.jpg: expected a complete, undamaged JPEG image, received 'More than 100 scans'");
}

}  // namespace read_image_test
