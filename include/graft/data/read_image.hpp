// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/data/image_limits.hpp>
#include <graft/data/jpeg.hpp>
#include <graft/data/png.hpp>
#include <graft/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace graft {
namespace detail {

inline bool starts_with(std::span<const std::uint8_t> bytes, std::string_view magic, std::size_t at = 0) {
  return bytes.size() >= at + magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char m, std::uint8_t b) { return static_cast<std::uint8_t>(m) == b; });
}

/// What a file that is neither JPEG nor PNG is, for the person who has to replace it.
inline std::string describe_content(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return "an empty file";
  if (starts_with(bytes, "GIF8")) return "a GIF image";
  if (starts_with(bytes, "BM")) return "a BMP image";
  if (starts_with(bytes, "RIFF") && starts_with(bytes, "WEBP", 8)) return "a WebP image";
  using namespace std::string_view_literals;
  if (starts_with(bytes, "II*\0"sv) || starts_with(bytes, "MM\0*"sv)) return "a TIFF image";
  if (starts_with(bytes, "ftyp", 4)) return "an HEIC, AVIF or MP4 file";
  std::string text = "a file that begins with '";
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 16)))
    text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  return text + "'";
}

inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  constexpr std::uintmax_t max_bytes = std::uintmax_t{1} << 30;  // far beyond any image within the limits
  constexpr std::string_view expected = "a JPEG or PNG file";
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw ImageError(path.string(), expected, "no such file");
  if (status.type() == std::filesystem::file_type::directory)
    throw ImageError(path.string(), expected, "a folder");
  if (error) throw ImageError(path.string(), expected, error.message());
  if (status.type() != std::filesystem::file_type::regular)  // reading a pipe could wait for ever
    throw ImageError(path.string(), expected, "a device, pipe or socket");
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  const auto size = std::filesystem::file_size(path, error);
  if (!file || error)
    throw ImageError(path.string(), "a file that can be read",
                     error ? error.message() : std::generic_category().message(errno));
  if (size > max_bytes)
    throw ImageError(path.string(), "a file of at most 1 GiB", std::to_string(size) + " bytes");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.gcount() != static_cast<std::streamsize>(bytes.size()))
    throw ImageError(path.string(), std::to_string(size) + " bytes", std::to_string(file.gcount()));
  return bytes;
}

}  // namespace detail

/// Decodes a JPEG or PNG file that is in memory to RGB, as Pillow's convert('RGB') does: gray is spread,
/// alpha dropped, the orientation of EXIF ignored. The content decides on the format, `name` is for the
/// errors. Throws ImageError for anything else, for damaged and truncated data, and for sizes outside the
/// limits.
inline Pixels decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           ImageLimits limits = {}) {
  if (detail::starts_with(bytes, "\xff\xd8\xff")) return detail::decode_jpeg(bytes, name, limits);
  if (detail::starts_with(bytes, "\x89PNG\r\n\x1a\n")) return detail::decode_png(bytes, name, limits);
  throw ImageError(name, "a JPEG or PNG image", detail::describe_content(bytes));
}

/// Reads a JPEG or PNG file to RGB; see decode_image. Throws ImageError, also when the file cannot be read.
inline Pixels read_image(const std::filesystem::path& path, ImageLimits limits = {}) {
  return decode_image(detail::read_bytes(path), path.string(), limits);
}

}  // namespace graft
