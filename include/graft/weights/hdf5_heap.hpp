// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/hdf5.hpp>
#include <graft/weights/little_endian.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace graft::detail::hdf5 {

/// Reads strings of variable length from where HDF5 keeps them, its global heap (HDF5 File Format
/// Specification, III.E). libhdf5 1.10 trusts the lengths and indices that it finds there: of 2,000 slightly
/// damaged files five made it crash, loop or take gigabytes, all of them here. This reader stays within the
/// file and its own bounds.
class GlobalHeap {
 public:
  /// Of the file that has `object`, opened by open_file or open_image.
  GlobalHeap(hid_t object, const Place& place) : place_{place} {
    const Handle file = place.own(H5Iget_file_id(object), "a readable file");
    const Handle access = place.own(H5Fget_access_plist(file.get()), "readable properties");
    void* handle = nullptr;
    place.require(H5Fget_vfd_handle(file.get(), H5P_DEFAULT, &handle) >= 0, "a readable file");
    if (H5Pget_driver(access.get()) == H5FD_CORE)
      image_ = *static_cast<const char* const*>(handle);
    else
      descriptor_ = *static_cast<const int*>(handle);
  }

  /// The string to which a stored reference points: length (4 bytes), address of a collection (8), index in
  /// it (4).
  std::string_view text(std::string_view reference) {
    const auto length = little_endian<4>(reference, 0), address = little_endian<8>(reference, 4);
    if (length == 0 || address == 0) return {};
    auto found = collections_.find(address);
    if (found == collections_.end()) found = collections_.emplace(address, read_collection(address)).first;
    const auto object = found->second.objects.find(little_endian<4>(reference, 12));
    if (object == found->second.objects.end() || length > object->second.second)
      place_.refuse("strings of variable length inside the file", "a damaged reference to one");
    const auto text = std::string_view{found->second.bytes}.substr(object->second.first, length);
    return text.substr(0, text.find('\0'));
  }

 private:
  struct Collection {
    std::string bytes;
    std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> objects;  // index: offset and size
  };

  Collection read_collection(std::uint64_t address) {
    constexpr std::size_t header = 16;  // of a collection and of each object in it
    Collection collection{read(address, header), {}};
    const auto size = little_endian<8>(collection.bytes, 8);
    // Collections do not overlap, so that together they are no longer than the file.
    if (!collection.bytes.starts_with(std::string_view{"GCOL\1", 5}) || size > place_.file_size - total_)
      place_.refuse("a heap of strings", "damaged bytes");
    total_ += size;
    collection.bytes = read(address, size);
    for (std::size_t offset = header; size >= header && offset <= size - header;) {
      const auto index = little_endian<2>(collection.bytes, offset);
      const auto length = little_endian<8>(collection.bytes, offset + 8);
      offset += header;
      if (index == 0) break;  // the free space at the end
      if (length > size - offset) place_.refuse("a heap of strings", "one that is longer than its heap");
      collection.objects.emplace(index, std::pair{offset, length});
      offset += length + (8 - length % 8) % 8;
    }
    return collection;
  }

  std::string read(std::uint64_t address, std::uint64_t size) const {
    if (address > place_.file_size || size > place_.file_size - address)
      place_.refuse("a heap of strings inside the file", "an address beyond its end");
    if (image_ != nullptr) return {image_ + address, size};
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const auto got = ::pread(descriptor_, &bytes[done], size - done, static_cast<::off_t>(address + done));
      if (got <= 0) place_.refuse("a readable file", "an error or the end of it");
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  Place place_;
  const char* image_ = nullptr;  // of a file in memory,
  int descriptor_ = -1;          // or where one on the disk is open
  std::uint64_t total_ = 0;
  std::map<std::uint64_t, Collection> collections_;
};

/// The references of an attribute that holds strings of variable length, 16 bytes each, as they are stored.
/// libhdf5 hands stored bytes out only through a conversion, so this is one that changes nothing.
inline std::string read_references(hid_t attribute, std::size_t count, const Place& place) {
  constexpr std::size_t size = 16;
  const auto keep = [](hid_t, hid_t to, H5T_cdata_t* data, std::size_t, std::size_t, std::size_t, void*,
                       void*, hid_t) -> herr_t {
    data->need_bkg = H5T_BKG_NO;
    return data->command != H5T_CONV_INIT || H5Tget_size(to) == size ? 0 : -1;
  };
  const Handle text = place.own(H5Tcopy(H5T_C_S1), "a type");
  const Handle bytes = place.own(H5Tcreate(H5T_OPAQUE, size), "a type");
  H5Tset_size(text.get(), H5T_VARIABLE);
  H5Tset_tag(bytes.get(), "graft: stored reference");
  place.require(H5Tregister(H5T_PERS_SOFT, "graft", text.get(), bytes.get(), keep) >= 0, "a conversion");
  std::string references(count * size, '\0');
  const bool read = H5Aread(attribute, bytes.get(), references.data()) >= 0;
  const std::string why = read ? "" : last_error();
  H5Tunregister(H5T_PERS_SOFT, "graft", -1, -1, keep);
  if (!read) place.refuse("readable strings", why);
  return references;
}

}  // namespace graft::detail::hdf5
