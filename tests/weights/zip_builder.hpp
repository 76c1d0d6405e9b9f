// SPDX-License-Identifier: MIT
// ZIP archives as Keras packs them, and as nobody should, for the tests of weights/.
#pragma once

#include "h5_builder.hpp"
#include <cstdint>
#include <vector>
#include <zlib.h>

namespace graft::test {

/// A member of a ZIP archive and what its directory says about it.
struct ZipMember {
  std::string name, content;   // content: as stored
  unsigned method = 0;         // 0: stored, 8: deflated
  std::uint32_t size = 0;      // 0: that of the content
  std::uint32_t checksum = 0;  // 0: that of the content
  unsigned flags = 0;
};

/// The bytes of an archive. Source: PKWARE's APPNOTE.
inline std::string zip(const std::vector<ZipMember>& members) {
  std::string file, directory;
  const auto number = [](std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
  };
  for (const ZipMember& member : members) {
    const auto at = file.size();
    const auto size = member.size != 0 ? member.size : static_cast<std::uint32_t>(member.content.size());
    const auto* bytes = reinterpret_cast<const Bytef*>(member.content.data());
    const auto checksum =
        member.checksum != 0
            ? member.checksum
            : static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(member.content.size())));
    const auto common = [&](std::string& out) {
      number(out, 20, 2);
      number(out, member.flags, 2);
      number(out, member.method, 2);
      number(out, 0, 2);
      number(out, 33, 2);
      number(out, checksum, 4);
      number(out, member.content.size(), 4);
      number(out, size, 4);
      number(out, member.name.size(), 2);
      number(out, 0, 2);
    };
    file += "PK\x03\x04";
    common(file);
    file += member.name + member.content;
    directory += "PK\x01\x02";
    number(directory, 20, 2);
    common(directory);
    number(directory, 0, 8);
    number(directory, 0, 2);
    number(directory, at, 4);
    directory += member.name;
  }
  const auto start = file.size();
  file += directory + "PK\x05\x06";
  number(file, 0, 4);
  number(file, members.size(), 2);
  number(file, members.size(), 2);
  number(file, directory.size(), 4);
  number(file, start, 4);
  number(file, 0, 2);
  return file;
}

/// Deflated without zlib's header, as in ZIP archives.
inline std::string deflated(const std::string& content) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  std::string in = content;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace graft::test
