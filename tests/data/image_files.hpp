// SPDX-License-Identifier: MIT
// Files and checks that the tests of data/ share.
#pragma once

#include <graft/tensor/tensor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace image_files {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

inline fs::path golden() { return fs::path{GRAFT_SOURCE_DIR} / "tests" / "golden"; }

/// The folder with data too large for the repository; empty when it is not there.
inline fs::path shared_data() {
  const char* chosen = std::getenv("GRAFT_DATA");
  const fs::path folder =
      chosen != nullptr ? fs::path{chosen} : fs::path{GRAFT_SOURCE_DIR} / "../shared/data";
  return fs::exists(folder) ? folder : fs::path{};
}

/// A fresh folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    path_ = fs::temp_directory_path() /
            ("graft_data_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(std::string_view name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline Bytes read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

template <class Container>
void write(const fs::path& path, const Container& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(std::data(bytes)),
                                              static_cast<std::streamsize>(std::size(bytes)));
}

/// CRC-32 as in zlib and PNG.
inline std::uint32_t crc32(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t crc = 0xffffffffu;
  for (std::size_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

inline std::uint32_t crc32(const graft::Pixels& pixels) { return crc32(pixels.data(), pixels.size()); }

/// The pattern of tools/make_image_golden.py.
inline graft::Pixels pattern(std::size_t height, std::size_t width) {
  graft::Pixels pixels = graft::Pixels::from_shape({height, width, 3});
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        pixels(y, x, c) = static_cast<std::uint8_t>((y * 37 + x * 101 + c * 59 + (y * x) % 251) % 256);
  return pixels;
}

}  // namespace image_files
