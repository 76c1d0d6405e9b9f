// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/weights/element_type.hpp>
#include <graft/weights/hdf5.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include <zlib.h>

namespace graft::detail::hdf5 {

/// deflate cannot expand by more: 258 bytes out of two bits (zlib's documentation).
inline constexpr std::uintmax_t max_expansion = 1032;

/// A checked dataset of numbers, all of whose bytes are stored in the file.
struct Dataset {
  Handle id;
  Place place;
  Shape shape;
  ElementType type = ElementType::float32;
  Shape chunk;  ///< rank 0: not chunked
  // Positions in the chain of filters, by which a chunk's mask says what it skips. Keras uses none of them.
  std::optional<unsigned> deflate, checksum;

  std::size_t element_size() const { return graft::element_size(type); }
};

/// The product of the extents, or refusal if it does not fit: the extents are the file's claim, not yet true.
inline std::uintmax_t checked_size(const Shape& shape, std::uintmax_t bytes_each, const Place& place) {
  std::uintmax_t size = bytes_each;
  for (std::size_t i = 0; i < shape.rank; ++i) {
    if (shape[i] == 0 || size > std::numeric_limits<std::int64_t>::max() / shape[i])
      place.refuse("extents of at least 1 whose product fits the file", to_string(shape));
    size *= shape[i];
  }
  return size;
}

inline Shape to_shape(std::span<const hsize_t> extents) {
  Shape shape;
  shape.rank = extents.size();
  std::copy(extents.begin(), extents.end(), shape.extents.begin());
  return shape;
}

/// Checks the filters and the chunks of a chunked dataset against what the file stores.
inline void check_chunks(Dataset& data, hid_t creation, std::uintmax_t bytes) {
  const Place& place = data.place;
  std::array<hsize_t, Shape::max_rank> extents{};
  const int rank = H5Pget_chunk(creation, static_cast<int>(extents.size()), extents.data());
  if (rank != static_cast<int>(data.shape.rank)) place.refuse("chunks of the dataset's rank", "another rank");
  data.chunk = to_shape({extents.data(), static_cast<std::size_t>(rank)});
  const auto chunk_bytes = checked_size(data.chunk, data.element_size(), place);
  // libhdf5 allocates whole chunks when it reads.
  if (chunk_bytes > std::max<std::uintmax_t>(bytes, 1 << 20))
    place.refuse("chunks no larger than the dataset " + to_string(data.shape), to_string(data.chunk));

  const int filters = H5Pget_nfilters(creation);
  place.require(filters >= 0, "readable filters");
  for (unsigned i = 0; i < static_cast<unsigned>(filters); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const auto filter = H5Pget_filter2(creation, i, &flags, &values, nullptr, 0, nullptr, &config);
    if (filter == H5Z_FILTER_DEFLATE && !data.deflate) {
      data.deflate = i;
    } else if (filter == H5Z_FILTER_FLETCHER32 && !data.checksum) {
      data.checksum = i;
    } else if (filter != H5Z_FILTER_SHUFFLE || data.deflate) {
      place.refuse("the filters shuffle, deflate and fletcher32, once each, in this order",
                   "filter number " + std::to_string(filter) + " at position " + std::to_string(i));
    }
  }

  std::uintmax_t chunks = 1;  // at most as many as elements, whose number was checked
  for (std::size_t i = 0; i < data.shape.rank; ++i)
    chunks *= data.shape[i] / data.chunk[i] + (data.shape[i] % data.chunk[i] != 0);
  hsize_t stored_chunks = 0;
  const Handle space = place.own(H5Dget_space(data.id.get()), "a readable extent");
  place.require(H5Dget_num_chunks(data.id.get(), space.get(), &stored_chunks) >= 0, "readable chunks");
  if (stored_chunks != chunks)
    place.refuse(std::to_string(chunks) + " stored chunks", std::to_string(stored_chunks));
  const std::uintmax_t stored = H5Dget_storage_size(data.id.get());
  const std::uintmax_t whole = stored / chunks;  // bytes of an average chunk
  if (stored > place.file_size || (data.deflate ? chunk_bytes > whole * max_expansion : chunk_bytes > whole))
    place.refuse(std::to_string(chunks) + " chunks of " + std::to_string(chunk_bytes) + " bytes",
                 std::to_string(stored) + " stored bytes in a file of " + std::to_string(place.file_size));
}

/// Inflates without keeping the result; how many bytes there are, or nothing if the stream is damaged. Stops
/// soon after `limit`: a few kilobytes can hold gigabytes.
inline std::optional<std::uintmax_t> inflated_size(std::span<unsigned char> compressed,
                                                   std::uintmax_t limit) {
  std::array<unsigned char, 1 << 16> window;
  z_stream stream{};
  stream.next_in = compressed.data();
  stream.avail_in = static_cast<uInt>(compressed.size());
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  int state = Z_OK;
  while (state == Z_OK && stream.total_out <= limit) {
    stream.next_out = window.data();
    stream.avail_out = static_cast<uInt>(window.size());
    state = inflate(&stream, Z_NO_FLUSH);
  }
  const std::uintmax_t size = stream.total_out;
  inflateEnd(&stream);
  return state == Z_STREAM_END || state == Z_OK ? std::optional{size} : std::nullopt;
}

/// Refuses a chunk that does not come to the size it should have. libhdf5 would inflate more than that whole
/// before noticing, and would read beyond its memory where a chunk is shorter.
inline void check_chunk(const Dataset& data, std::span<const hsize_t> origin,
                        std::vector<unsigned char>& bytes) {
  const hid_t id = data.id.get();
  unsigned mask = 0;
  haddr_t address = 0;
  hsize_t stored = 0;
  data.place.require(H5Dget_chunk_info_by_coord(id, origin.data(), &mask, &address, &stored) >= 0,
                     "a readable chunk");
  const auto applies = [&](std::optional<unsigned> filter) { return filter && (mask >> *filter & 1U) == 0; };
  const std::uintmax_t plain = data.chunk.size() * data.element_size(), sum = applies(data.checksum) ? 4 : 0;
  if (!applies(data.deflate)) {
    if (stored != plain + sum)
      data.place.refuse("a chunk of " + std::to_string(plain + sum) + " bytes", std::to_string(stored));
    return;
  }
  // Deflate adds 5 bytes to every 16 KiB that it cannot compress, and a header.
  if (stored > plain + plain / 1000 + 64)
    data.place.refuse("a chunk of " + std::to_string(plain) + " bytes", std::to_string(stored));
  bytes.resize(stored);
  std::uint32_t read_mask = 0;
  data.place.require(H5Dread_chunk(id, H5P_DEFAULT, origin.data(), &read_mask, bytes.data()) >= 0,
                     "a readable chunk");
  const std::uintmax_t right = plain + (sum != 0 && *data.checksum < *data.deflate ? sum : 0);
  const auto size = inflated_size(bytes, right);
  if (size != right)
    data.place.refuse("a chunk that inflates to " + std::to_string(right) + " bytes",
                      size ? "another size" : "a damaged chunk");
}

/// Calls `body` with the first index of every chunk.
template <class Body>
void for_each_chunk(const Dataset& data, Body body) {
  std::array<hsize_t, Shape::max_rank> origin{};
  const std::size_t rank = data.shape.rank;
  while (true) {
    body(std::span<const hsize_t>{origin.data(), rank});
    std::size_t axis = rank;
    while (axis-- > 0) {
      if ((origin[axis] += data.chunk[axis]) < data.shape[axis]) break;
      origin[axis] = 0;
    }
    if (axis >= rank) return;
  }
}

}  // namespace graft::detail::hdf5
