// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/core/error.hpp>
#include <graft/data/image_limits.hpp>
#include <graft/data/jpeg.hpp>
#include <graft/tensor/tensor.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <png.h>
#include <string>
#include <string_view>
#include <vector>

namespace graft {
namespace detail {

inline void check_pixels(std::string_view function, const Pixels& pixels, std::size_t max_side) {
  const auto& shape = pixels.shape();
  if (shape[2] != 3 || shape[0] == 0 || shape[1] == 0 || shape[0] > max_side || shape[1] > max_side)
    throw ShapeError(function, "pixels (height, width, 3) with sides of 1 to " + std::to_string(max_side),
                     "(" + std::to_string(shape[0]) + ", " + std::to_string(shape[1]) + ", " +
                         std::to_string(shape[2]) + ")");
}

}  // namespace detail

/// The bytes of a PNG file, 8-bit RGB, lossless. Throws ShapeError for pixels that are not (height, width,
/// 3).
inline std::vector<std::uint8_t> encode_png(const Pixels& pixels) {
  detail::check_pixels("encode_png", pixels, 1'000'000);  // libpng's own limit
  ::png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<::png_uint_32>(pixels.shape(0));
  image.width = static_cast<::png_uint_32>(pixels.shape(1));
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> file(PNG_IMAGE_PNG_SIZE_MAX(image));
  ::png_alloc_size_t size = file.size();
  if (::png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    throw ImageError("encode_png", "pixels that libpng can write", std::string{"'"} + image.message + "'");
  file.resize(size);
  return file;
}

/// The bytes of a JPEG file (YCbCr 4:2:0, as libjpeg's default is); quality 1 to 100.
/// Throws ShapeError for another quality, or for pixels that are not (height, width, 3).
inline std::vector<std::uint8_t> encode_jpeg(const Pixels& pixels, int quality = 85) {
  detail::check_pixels("encode_jpeg", pixels, JPEG_MAX_DIMENSION);
  if (quality < 1 || quality > 100)
    throw ShapeError("encode_jpeg", "a quality from 1 to 100", std::to_string(quality));
  detail::JpegErrors errors;
  ::jpeg_compress_struct state{};
  unsigned char* buffer = nullptr;  // grown by libjpeg with malloc
  unsigned long size = 0;
  state.err = &errors.manager;
  const bool done = errors.run([&] {
    jpeg_create_compress(&state);
    ::jpeg_mem_dest(&state, &buffer, &size);
    state.image_height = static_cast<JDIMENSION>(pixels.shape(0));
    state.image_width = static_cast<JDIMENSION>(pixels.shape(1));
    state.input_components = 3;
    state.in_color_space = JCS_RGB;
    ::jpeg_set_defaults(&state);
    ::jpeg_set_quality(&state, quality, TRUE);
    ::jpeg_start_compress(&state, TRUE);
    while (state.next_scanline < state.image_height) {
      // libjpeg's parameter is not const, but it only reads the row.
      JSAMPROW row = const_cast<JSAMPROW>(pixels.data() + std::size_t{state.next_scanline} *
                                                              std::size_t{state.image_width} * 3);
      ::jpeg_write_scanlines(&state, &row, 1);
    }
    ::jpeg_finish_compress(&state);
  });
  ::jpeg_destroy_compress(&state);
  struct Free {
    unsigned char* memory;
    ~Free() { std::free(memory); }
  } const owner{buffer};
  if (!done)
    throw ImageError("encode_jpeg", "pixels that libjpeg can write", "'" + std::string{errors.text} + "'");
  return {owner.memory, owner.memory + size};
}

/// Writes the pixels as PNG or JPEG (quality 85), by the extension .png, .jpg or .jpeg in any case.
/// The file appears complete or not at all. Throws OutputError.
inline void write_image(const std::filesystem::path& path, const Pixels& pixels) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool png = extension == ".png";
  if (!png && extension != ".jpg" && extension != ".jpeg")
    throw OutputError(path.string(), "a name that ends in .png, .jpg or .jpeg",
                      extension.empty() ? "no extension" : extension);
  const auto file = png ? encode_png(pixels) : encode_jpeg(pixels);
  write_file(path, {reinterpret_cast<const char*>(file.data()), file.size()});
}

}  // namespace graft
