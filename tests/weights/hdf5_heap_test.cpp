// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_heap.hpp>

#include "h5_builder.hpp"
#include <cstdint>
#include <doctest/doctest.h>

namespace hdf5_heap_test {

using namespace graft::detail::hdf5;
using graft::test::contains;
using List = std::vector<std::string>;

namespace {

/// The strings of the attribute "list" of the root group, through references and heap.
List read(const std::string& path, std::size_t count) {
  const Session session;
  const Place place{path, "/@list", graft::test::fs::file_size(path)};
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const Handle attribute{H5Aopen(file.get(), "list", H5P_DEFAULT)};
  REQUIRE(attribute.valid());
  const std::string references = read_references(attribute.get(), count, place);
  GlobalHeap heap{file.get(), place};
  List strings;
  for (std::size_t i = 0; i < count; ++i)
    strings.emplace_back(heap.text(std::string_view{references}.substr(16 * i, 16)));
  return strings;
}

void write(const std::string& path, const List& list) {
  const graft::test::H5Builder file{path};
  file.variable("/", "list", list);
}

/// Overwrites one field, little-endian, at `offset` from the first occurrence of `mark`.
template <class Field>
void patch(const std::string& path, std::string_view mark, std::ptrdiff_t offset, Field value) {
  std::string bytes = graft::test::content(path);
  const auto at = bytes.find(mark);
  REQUIRE(at != std::string::npos);
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[at + static_cast<std::size_t>(offset) + i] = static_cast<char>(value >> 8 * i);
  graft::test::store(path, bytes);
}

}  // namespace

TEST_CASE("strings in one and in many collections are read") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "heap.h5";
  const List few{"a", "", "twelve bytes", "exactly8", std::string(100'000, 'x')};
  write(path, few);
  CHECK(read(path, few.size()) == few);
  List many;
  for (int i = 0; i < 3000; ++i) many.push_back("batch_normalization_" + std::to_string(i));
  write(path, many);
  CHECK(read(path, many.size()) == many);
}

TEST_CASE("every field of a heap that lies is refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "heap.h5";
  const auto why = [&](std::ptrdiff_t offset, auto value, std::string_view mark = "GCOL") {
    write(path, {"first name", "second name"});
    patch(path, mark, offset, value);
    return graft::test::refusal([&] { read(path, 2); });
  };
  // A collection: "GCOL", version, 3 reserved bytes, size (8); then objects: index (2), count (2), 4 reserved
  // bytes, size (8), bytes.
  CHECK(why(0, std::uint32_t{0x4c4f4347}).empty());  // the signature itself: nothing changes
  CHECK(contains(why(0, std::uint32_t{0}), "expected a heap of strings, received damaged bytes"));
  CHECK(contains(why(4, std::uint8_t{2}), "received damaged bytes"));
  CHECK(contains(why(8, std::uint64_t{1} << 62), "received damaged bytes"));
  CHECK(contains(why(8, std::uint64_t{10}), "a damaged reference"));
  CHECK(contains(why(16, std::uint16_t{0}), "a damaged reference"));
  CHECK(contains(why(16, std::uint16_t{9}), "a damaged reference"));
  CHECK(contains(why(24, std::uint64_t{1} << 63), "one that is longer than its heap"));
  CHECK(contains(why(24, ~std::uint64_t{0}), "one that is longer than its heap"));
  CHECK_FALSE(why(24, std::uint64_t{3}).empty());  // shorter than the reference says

  // The references in the attribute: length (4), address (8), index (4), found by the length of the second
  // string.
  const std::string_view second{"\x0b\0\0\0", 4};
  write(path, {"first name", "second name"});
  CHECK(read(path, 2) == List{"first name", "second name"});
  CHECK(contains(why(0, std::uint32_t{0xffffffff}, second), "a damaged reference"));
  CHECK(contains(why(4, std::uint64_t{1} << 40, second), "an address beyond its end"));
  CHECK(contains(why(4, ~std::uint64_t{0}, second), "an address beyond its end"));
  CHECK(contains(why(4, std::uint64_t{8}, second), "received damaged bytes"));
  CHECK(contains(why(12, std::uint32_t{0x7fffffff}, second), "a damaged reference"));
}

}  // namespace hdf5_heap_test
