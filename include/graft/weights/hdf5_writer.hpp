// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_strings.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace graft::detail::hdf5 {

/// Builds one HDF5 file in memory. libhdf5 1.10 crashes when a file that it writes meets a full disk, so it
/// meets none: the image goes to the disk by write_file. Every failure is an OutputError with libhdf5's
/// reason.
class Writer {
 public:
  /// `bytes`: about as many as the file will have, so that the memory is allocated once.
  Writer(std::string file, std::size_t bytes) : file_name_{std::move(file)} {
    const Handle access = own(H5Pcreate(H5P_FILE_ACCESS));
    require(H5Pset_fapl_core(access.get(), bytes, false) >= 0);
    file_ = own(H5Fcreate(file_name_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
  }

  hid_t file() const { return file_.get(); }

  /// The bytes of the file, valid until the next change.
  std::string_view image() const {
    void* memory = nullptr;
    require(H5Fflush(file(), H5F_SCOPE_GLOBAL) >= 0);
    const ssize_t size = H5Fget_file_image(file(), nullptr, 0);  // the buffer may be longer than the file
    require(size >= 0 && H5Fget_vfd_handle(file(), H5P_DEFAULT, &memory) >= 0);
    // The core driver hands out the address of its buffer.
    return {*static_cast<const char* const*>(memory), static_cast<std::size_t>(size)};
  }

  /// Opens or creates the group at `path` below `parent`, and those between.
  Handle group(hid_t parent, std::string_view path) const {
    const auto slash = path.find('/');
    const std::string name{path.substr(0, slash)};
    const bool exists = H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0;
    Handle group = own(exists ? H5Gopen2(parent, name.c_str(), H5P_DEFAULT)
                              : H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    return slash == std::string_view::npos ? std::move(group)
                                           : this->group(group.get(), path.substr(slash + 1));
  }

  /// A scalar of variable length, as h5py writes one text.
  void text(hid_t object, const char* name, const std::string& value, H5T_cset_t charset) const {
    const Handle type = own(H5Tcopy(H5T_C_S1)), space = own(H5Screate(H5S_SCALAR));
    require(H5Tset_size(type.get(), H5T_VARIABLE) >= 0 && H5Tset_cset(type.get(), charset) >= 0);
    const char* start = value.c_str();
    write_attribute(object, name, type, space, &start);
  }

  /// A list of names as Keras writes it: fixed length; split into name0, name1, … when too long for an
  /// object's header; an empty list is an empty array of float64.
  void names(hid_t object, const std::string& name, std::span<const std::string> list) const {
    if (list.empty()) {
      const hsize_t none = 0;
      const Handle space = own(H5Screate_simple(1, &none, nullptr));
      const Handle attribute =
          own(H5Acreate2(object, name.c_str(), H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT));
      return;
    }
    std::size_t width = 1;
    for (const auto& text : list) width = std::max(width, text.size());
    if (width > keras_list_bytes)
      throw OutputError(file_name_, "names of at most " + std::to_string(keras_list_bytes) + " bytes",
                        std::to_string(width));
    // numpy.array_split: the first list.size() % parts slices are one longer than the others.
    const auto longest = [&](std::size_t parts) { return (list.size() + parts - 1) / parts; };
    std::size_t parts = 1;
    while (longest(parts) * width > keras_list_bytes) ++parts;
    for (std::size_t part = 0, start = 0; part < parts; ++part) {
      const std::size_t count = list.size() / parts + (part < list.size() % parts);
      fixed_names(object, parts == 1 ? name : name + std::to_string(part), list.subspan(start, count), width);
      start += count;
    }
  }

  /// float32, contiguous, little-endian, in the group that `path` names below `parent`.
  void dataset(hid_t parent, const std::string& path, const Shape& shape,
               std::span<const float> values) const {
    if (values.size() != shape.size())
      throw OutputError(file_name_ + ": " + path, std::to_string(shape.size()) + " numbers",
                        std::to_string(values.size()));
    const auto slash = path.rfind('/');
    const Handle between = slash == std::string::npos ? Handle{} : group(parent, path.substr(0, slash));
    const std::string name = path.substr(slash + 1);  // npos + 1 is 0
    std::array<hsize_t, Shape::max_rank> extents{};
    std::copy_n(shape.extents.begin(), shape.rank, extents.begin());
    const Handle space =
        own(shape.rank == 0 ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(shape.rank), extents.data(), nullptr));
    const Handle creation = own(H5Pcreate(H5P_DATASET_CREATE));
    require(H5Pset_obj_track_times(creation.get(), false) >= 0);  // equal models give equal files
    const Handle set = own(H5Dcreate2(between.valid() ? between.get() : parent, name.c_str(), H5T_IEEE_F32LE,
                                      space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
    require(H5Dwrite(set.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  }

 private:
  void fixed_names(hid_t object, const std::string& name, std::span<const std::string> list,
                   std::size_t width) const {
    const hsize_t count = list.size();
    const Handle type = own(H5Tcopy(H5T_C_S1)), space = own(H5Screate_simple(1, &count, nullptr));
    require(H5Tset_size(type.get(), width) >= 0 && H5Tset_strpad(type.get(), H5T_STR_NULLPAD) >= 0);
    std::string bytes(width * list.size(), '\0');
    for (std::size_t i = 0; i < list.size(); ++i)
      std::copy(list[i].begin(), list[i].end(), &bytes[i * width]);
    write_attribute(object, name.c_str(), type, space, bytes.data());
  }

  void write_attribute(hid_t object, const char* name, const Handle& type, const Handle& space,
                       const void* value) const {
    const Handle attribute = own(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    require(H5Awrite(attribute.get(), type.get(), value) >= 0);
  }

  Handle own(hid_t id) const {
    require(id >= 0);
    return Handle{id};
  }

  void require(bool succeeded) const {
    if (!succeeded) throw OutputError(file_name_, "an HDF5 file that can be built", last_error());
  }

  std::string file_name_;
  Handle file_;
};

}  // namespace graft::detail::hdf5
