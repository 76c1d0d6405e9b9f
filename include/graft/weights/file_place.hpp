// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace graft::detail {

/// What `load` and `inspect` read.
inline constexpr std::string_view weight_file = "a weight file (Keras' .h5 or .keras, or safetensors)";

/// No model comes near these; a file that claims more is damaged or hostile.
inline constexpr std::size_t max_names = 100'000;
inline constexpr std::size_t max_text_bytes = std::size_t{64} << 20;

/// Where in which file something was found, for the text of an ArchiveError.
struct FilePlace {
  std::string file;              ///< as the user named it
  std::string object;            ///< path in the file; empty for the file itself
  std::uintmax_t file_size = 0;  ///< bytes: nothing in the file can store more

  FilePlace at(std::string_view path) const { return {file, std::string{path}, file_size}; }

  [[noreturn]] void refuse(std::string_view expected, std::string_view received) const {
    throw ArchiveError(object.empty() ? file : file + ": " + object, expected, received);
  }
};

/// Checks that `path` is a regular file, because opening a pipe would wait for ever, and notes its size.
/// Throws ArchiveError.
inline FilePlace file_place(const std::filesystem::path& path) {
  FilePlace place{path.string(), "", 0};
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) place.refuse(weight_file, "no such file");
  if (!std::filesystem::is_regular_file(status)) place.refuse(weight_file, "a folder or a device");
  place.file_size = std::filesystem::file_size(path, error);
  if (error) place.refuse("a readable file", error.message());
  return place;
}

/// What the first bytes of something that is no weight file look like; helps those whose download went
/// wrong.
inline std::string_view look_of(std::string_view start) {
  if (start.empty()) return "an empty file";
  if (start.starts_with("version https://git-lfs")) return "a Git LFS pointer instead of the file";
  if (start.find('<') < 4) return "a web page or XML";
  return "a file of another format";
}

/// Refuses paths that are absolute or climb: they come from the file.
inline void require_plain(std::string_view path, const FilePlace& place) {
  while (true) {
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..")
      place.refuse("a path of plain names", "an empty, '.' or '..' component");
    if (slash == std::string_view::npos) return;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace graft::detail
