// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace graft {

/// Where features are kept once they are computed.
struct FeatureStorageOptions {
  std::size_t memory_limit = std::size_t{2} << 30;  ///< bytes; what needs more goes to a file
  std::filesystem::path directory{};  ///< of that file; empty: the system's folder for such files
};

/// A fixed number of rows of floats, in memory or, beyond a limit, in a file without a name that vanishes
/// with the object, also if the program dies. Move-only. Throws OutputError when the file cannot have its
/// size.
class FeatureStorage {
 public:
  FeatureStorage(std::size_t rows, std::size_t row_size, const FeatureStorageOptions& options = {})
      : rows_{rows},
        row_size_{row_size},
        bytes_{size_of(rows, row_size)},
        on_disk_{bytes_ > options.memory_limit} {
    if (bytes_ == 0) return;
    const int file = on_disk_ ? open_file(options.directory) : -1;
    void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                          on_disk_ ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, file, 0);
    const int error = errno;
    if (file >= 0) ::close(file);
    if (memory == MAP_FAILED)
      throw Error{
          expected_received("features", std::to_string(bytes_) + " bytes of memory", std::strerror(error))};
    data_ = static_cast<float*>(memory);
  }
  FeatureStorage(FeatureStorage&& other) noexcept
      : rows_{other.rows_},
        row_size_{other.row_size_},
        bytes_{other.bytes_},
        on_disk_{other.on_disk_},
        data_{std::exchange(other.data_, nullptr)} {}
  FeatureStorage& operator=(FeatureStorage&& other) noexcept {
    std::swap(rows_, other.rows_);
    std::swap(row_size_, other.row_size_);
    std::swap(bytes_, other.bytes_);
    std::swap(on_disk_, other.on_disk_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~FeatureStorage() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }

  std::size_t rows() const { return rows_; }
  std::size_t row_size() const { return row_size_; }
  bool on_disk() const { return on_disk_; }
  std::span<float> row(std::size_t i) { return {data_ + i * row_size_, row_size_}; }
  std::span<const float> row(std::size_t i) const { return {data_ + i * row_size_, row_size_}; }

 private:
  static std::size_t size_of(std::size_t rows, std::size_t row_size) {
    constexpr std::size_t most = static_cast<std::size_t>(-1) / sizeof(float);
    if (row_size == 0 || rows <= most / row_size) return rows * row_size * sizeof(float);
    throw Error{expected_received("features", "at most " + std::to_string(most) + " values",
                                  std::to_string(rows) + " x " + std::to_string(row_size))};
  }

  int open_file(const std::filesystem::path& wanted) const {
    const std::filesystem::path directory = wanted.empty() ? std::filesystem::temp_directory_path() : wanted;
    std::string name = (directory / "graft-features-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0)
      throw OutputError{directory.string(), "a folder for the file of features", std::strerror(errno)};
    ::unlink(name.c_str());
    // Reserves the blocks now: a full disk is an error here, not a signal while training.
    if (const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes_)); error != 0) {
      ::close(file);
      throw OutputError{directory.string(), "room for " + std::to_string(bytes_) + " bytes of features",
                        std::strerror(error)};
    }
    return file;
  }

  std::size_t rows_, row_size_, bytes_;
  bool on_disk_;
  float* data_ = nullptr;  // (rows, row_size)
};

}  // namespace graft
