// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/hdf5.hpp>
#include <graft/weights/input_file.hpp>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace graft::detail::hdf5 {

inline constexpr std::string_view signature{"\x89HDF\r\n\x1a\n", 8};

/// Opens what `access` leads to for reading. Throws ArchiveError.
inline Handle open_checked(const std::string& name, const Handle& access, const Place& place) {
  Handle file = place.own(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()), "a complete HDF5 file");
  const Handle creation = place.own(H5Fget_create_plist(file.get()), "readable properties");
  std::size_t address = 0, length = 0;
  place.require(H5Pget_sizes(creation.get(), &address, &length) >= 0, "readable properties");
  if (address != 8 || length != 8)
    place.refuse("addresses and lengths of 8 bytes", "an HDF5 file with others");
  return file;
}

/// Opens an HDF5 file for reading. Throws ArchiveError.
inline Handle open_file(const Place& place) {
  // HDF5 allows a foreign block before the signature, of 512 bytes or more; Keras and h5py never write one.
  if (const auto start = file_start(place); !start.starts_with(signature))
    place.refuse(weight_file, look_of(start));
  const Handle access = place.own(H5Pcreate(H5P_FILE_ACCESS), "properties");
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), true, true);  // some network file systems have no locks
#endif
  place.require(H5Pset_fapl_sec2(access.get()) >= 0,
                "properties");  // no other driver, which may open other files
  return open_checked(place.file, access, place);
}

/// Opens an HDF5 file that lies in memory, where it stays: `image` must outlive the handle and all objects of
/// the file, and is only read. place.file_size: that of the image. Throws ArchiveError.
inline Handle open_image(std::string& image, const Place& place) {
  if (!image.starts_with(signature)) place.refuse("an HDF5 file", look_of(image));
  const Handle access = place.own(H5Pcreate(H5P_FILE_ACCESS), "properties");
  // Instead of the copies that libhdf5 would make, each of its requests for memory is answered with the
  // image.
  H5FD_file_image_callbacks_t in_place{
      [](size_t, H5FD_file_image_op_t, void* bytes) { return bytes; },
      [](void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
        return to == from ? to : std::memcpy(to, from, size);
      },
      [](void*, size_t, H5FD_file_image_op_t, void*) -> void* { return nullptr; },
      [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; },
      [](void* bytes) { return bytes; },
      [](void*) -> herr_t { return 0; },
      image.data()};
  place.require(H5Pset_fapl_core(access.get(), 1 << 16, false) >= 0 &&
                    H5Pset_file_image_callbacks(access.get(), &in_place) >= 0 &&
                    H5Pset_file_image(access.get(), image.data(), image.size()) >= 0,
                "properties");
  // libhdf5 takes images of one name for one file.
  static std::atomic<unsigned> count{0};
  return open_checked(place.file + " #" + std::to_string(count++), access, place);
}

inline Handle open_root(const Handle& file, const Place& place) {
  return place.own(H5Gopen2(file.get(), "/", H5P_DEFAULT), "a readable root group");
}

}  // namespace graft::detail::hdf5
