// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <filesystem>
#include <string>
#include <unistd.h>

namespace graft {

/// A folder that results will be written to, made if it is missing. Whether it can be written to shows when
/// it is constructed, before the work whose results it is for: throws OutputError naming the folder.
class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path) : path_{std::move(path)} {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (error) fail(error.message());
    if (!std::filesystem::is_directory(path_)) fail("a file of that name");
    // A file tells more than permission bits do: read-only file systems, and root, who passes all bits.
    std::string probe = (path_ / ".graft-XXXXXX").string();
    const int file = ::mkstemp(probe.data());
    if (file < 0) fail(std::error_code{errno, std::generic_category()}.message());
    ::close(file);
    std::filesystem::remove(probe, error);
  }

  const std::filesystem::path& path() const { return path_; }
  friend std::filesystem::path operator/(const OutputFolder& folder, const std::filesystem::path& name) {
    return folder.path_ / name;
  }

 private:
  [[noreturn]] void fail(const std::string& received) const {
    throw OutputError{path_.string(), "a folder that can be written to", received};
  }

  std::filesystem::path path_;
};

}  // namespace graft
