// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/weights/element_type.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_chunks.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft::detail::hdf5 {

/// Opens the dataset at `path` and checks, without reading a byte of it, that it holds floating-point numbers
/// of rank 4 at most and that all of them are stored in this very file, by known filters. Throws
/// ArchiveError.
inline Dataset open_dataset(hid_t from, std::string_view path, const Place& place) {
  Dataset data;
  data.id = open_object(from, path, place);
  data.place = place;
  const hid_t id = data.id.get();
  if (H5Iget_type(id) != H5I_DATASET) place.refuse("a dataset", "an object that is no dataset");
  // Where the bytes are comes first: the extent of a virtual dataset may already need other files.
  const Handle creation = place.own(H5Dget_create_plist(id), "readable properties");
  const auto layout = H5Pget_layout(creation.get());
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
    place.refuse("numbers stored in this file", "a virtual dataset");
  if (H5Pget_external_count(creation.get()) != 0)
    place.refuse("numbers stored in this file", "external storage");

  const Handle type = place.own(H5Dget_type(id), "a readable type");
  data.type = element_type(type.get(), place);
  const Handle space = place.own(H5Dget_space(id), "a readable extent");
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) place.refuse("numbers", "an empty dataset");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > static_cast<int>(Shape::max_rank))
    place.refuse("at most " + std::to_string(Shape::max_rank) + " axes", std::to_string(rank));
  std::array<hsize_t, Shape::max_rank> extents{};
  place.require(H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr) == rank, "a readable extent");
  data.shape = to_shape({extents.data(), static_cast<std::size_t>(rank)});
  if (is_integer(data.type) && rank > 0) place.refuse("float16, float32 or float64 numbers", "integers");
  const auto bytes = checked_size(data.shape, data.element_size(), place);

  if (layout == H5D_CHUNKED) {
    check_chunks(data, creation.get(), bytes);
    return data;
  }
  const std::uintmax_t stored = H5Dget_storage_size(id);
  const std::uintmax_t offset = layout == H5D_CONTIGUOUS ? H5Dget_offset(id) : 0;
  const bool inside = bytes <= place.file_size && offset <= place.file_size - bytes;
  if (stored != bytes || !inside)
    place.refuse(std::to_string(bytes) + " stored bytes for the shape " + to_string(data.shape),
                 std::to_string(stored) + " in a file of " + std::to_string(place.file_size));
  return data;
}

/// Reads the numbers, converted to float32, in row-major order. Throws ArchiveError; `out` is then undefined.
inline void read_floats(const Dataset& data, std::span<float> out) {
  if (data.chunk.rank != 0) {
    std::vector<unsigned char> bytes;
    for_each_chunk(data, [&](auto origin) { check_chunk(data, origin, bytes); });
  }
  const auto read = [&](hid_t memory, void* into) {
    data.place.require(H5Dread(data.id.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, into) >= 0,
                       "readable numbers");
  };
  if (data.type != ElementType::float16) return read(H5T_NATIVE_FLOAT, out.data());
  std::vector<std::uint16_t> halves(out.size());
  read(half_type(H5T_NATIVE_FLOAT, data.place).get(), halves.data());
  std::transform(halves.begin(), halves.end(), out.begin(), half_to_float);
}

}  // namespace graft::detail::hdf5
