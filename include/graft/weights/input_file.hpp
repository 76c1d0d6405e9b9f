// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/file_place.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace graft::detail {

/// A file that is open for reading, from several threads at once if need be. POSIX.
class InputFile {
 public:
  /// Throws ArchiveError, as all of this class.
  explicit InputFile(FilePlace place)
      : place_{std::move(place)}, file_{::open(place_.file.c_str(), O_RDONLY | O_CLOEXEC)} {
    if (file_ < 0) fail("a file that may be read");
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(file_); }

  const FilePlace& place() const { return place_; }

  /// `size` bytes from `offset` on.
  std::string read(std::uint64_t offset, std::size_t size) const {
    if (offset > place_.file_size || size > place_.file_size - offset)
      place_.refuse(std::to_string(size) + " bytes at byte " + std::to_string(offset),
                    "a file of " + std::to_string(place_.file_size) + " bytes");
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const auto got = ::pread(file_, &bytes[done], size - done, static_cast<::off_t>(offset + done));
      if (got == 0) place_.refuse("a readable file", "one that has become shorter");
      if (got < 0 && errno != EINTR) fail("a readable file");
      if (got > 0) done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  [[noreturn]] void fail(const char* expected) const {
    place_.refuse(expected, std::generic_category().message(errno));
  }

  FilePlace place_;
  int file_;
};

/// The first bytes of a file, by which its format is known. Throws ArchiveError.
inline std::string file_start(const FilePlace& place) {
  constexpr std::size_t enough = 1024;
  return InputFile{place}.read(0,
                               place.file_size < enough ? static_cast<std::size_t>(place.file_size) : enough);
}

}  // namespace graft::detail
