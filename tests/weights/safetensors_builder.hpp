// SPDX-License-Identifier: MIT
// safetensors files, right and wrong, for the tests of weights/.
#pragma once

#include "h5_builder.hpp"
#include <cstdint>

namespace graft::test {

/// Eight bytes of length, a header, bytes.
inline std::string safetensors(const std::string& header, const std::string& data, std::uint64_t length) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(length >> 8 * i & 0xff);
  return file + header + data;
}
inline std::string safetensors(const std::string& header, const std::string& data) {
  return safetensors(header, data, header.size());
}

}  // namespace graft::test
