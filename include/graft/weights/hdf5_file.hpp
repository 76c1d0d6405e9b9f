// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/hdf5.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>

namespace graft::detail::hdf5 {

/// What the first bytes of something that is no HDF5 file look like; helps those whose download went wrong.
inline std::string look_of(std::string_view start) {
  if (start.empty()) return "an empty file";
  if (start.starts_with("PK\x03\x04")) return "a ZIP archive (the .keras format of Keras 3?)";
  if (start.starts_with("version https://git-lfs")) return "a Git LFS pointer instead of the file";
  if (start.find('<') < 4) return "a web page or XML";
  return "a file of another format";
}

/// Checks that `path` is a regular file, because opening a pipe would wait for ever, and notes its size.
/// Throws ArchiveError.
inline Place file_place(const std::filesystem::path& path) {
  Place place{path.string(), "", 0};
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) place.refuse("a Keras weight file (HDF5)", "no such file");
  if (!std::filesystem::is_regular_file(status))
    place.refuse("a Keras weight file (HDF5)", "a folder or a device");
  place.file_size = std::filesystem::file_size(path, error);
  if (error) place.refuse("a readable file", error.message());
  return place;
}

/// Opens an HDF5 file for reading. Throws ArchiveError.
inline Handle open_file(const Place& place) {
  std::ifstream in{place.file, std::ios::binary};
  if (!in) place.refuse("a file that may be read", "no permission");
  std::array<char, 1024> start{};
  in.read(start.data(), start.size());
  const std::string_view text{start.data(), static_cast<std::size_t>(in.gcount())};
  constexpr std::string_view signature{"\x89HDF\r\n\x1a\n", 8};
  // HDF5 allows a foreign block before the signature, of 512 bytes or more; Keras and h5py never write one.
  if (!text.starts_with(signature)) place.refuse("a Keras weight file (HDF5)", look_of(text));

  const Handle access = place.own(H5Pcreate(H5P_FILE_ACCESS), "properties");
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), true, true);  // some network file systems have no locks
#endif
  place.require(H5Pset_fapl_sec2(access.get()) >= 0,
                "properties");  // no other driver, which may open other files
  Handle file = place.own(H5Fopen(place.file.c_str(), H5F_ACC_RDONLY, access.get()), "a complete HDF5 file");
  const Handle creation = place.own(H5Fget_create_plist(file.get()), "readable properties");
  std::size_t address = 0, length = 0;
  place.require(H5Pget_sizes(creation.get(), &address, &length) >= 0, "readable properties");
  if (address != 8 || length != 8)
    place.refuse("addresses and lengths of 8 bytes", "an HDF5 file with others");
  return file;
}

inline Handle open_root(const Handle& file, const Place& place) {
  return place.own(H5Gopen2(file.get(), "/", H5P_DEFAULT), "a readable root group");
}

}  // namespace graft::detail::hdf5
