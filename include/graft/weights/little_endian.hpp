// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace graft::detail {

/// An unsigned number of `Bytes` bytes, lowest first, as HDF5 and safetensors store their own fields.
template <std::size_t Bytes>
std::uint64_t little_endian(std::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = Bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

}  // namespace graft::detail
