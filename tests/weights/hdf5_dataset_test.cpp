// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_dataset.hpp>

#include "h5_builder.hpp"
#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <limits>

namespace hdf5_dataset_test {

using namespace graft::detail::hdf5;
using graft::ElementType;
using graft::Shape;
using graft::test::contains;

namespace {

/// Reads one dataset of a file.
std::vector<float> read(const std::string& path, const std::string& name = "kernel") {
  const Session session;
  const Place place{path, "/" + name, graft::test::fs::file_size(path)};
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  REQUIRE(file.valid());
  const Dataset data = open_dataset(file.get(), name, place);
  std::vector<float> values(data.shape.size());
  read_floats(data, values);
  return values;
}

std::string why(const std::string& path, const std::string& name = "kernel") {
  return graft::test::refusal([&] { read(path, name); });
}

/// Writes 8 bytes over each place in the file that holds `old`; returns how many places there were.
int patch(const std::string& path, std::uint64_t old, std::uint64_t value) {
  std::string bytes = graft::test::content(path);
  int places = 0;
  for (std::size_t i = 0; i + 8 <= bytes.size(); ++i)
    if (std::memcmp(bytes.data() + i, &old, 8) == 0) {
      std::memcpy(bytes.data() + i, &value, 8);
      ++places;
    }
  graft::test::store(path, bytes);
  return places;
}

}  // namespace

TEST_CASE("contiguous and compact datasets of every rank and format are read") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "plain.h5";
  {
    const Session session;
    const graft::test::H5Builder file{path};
    const Place place{path, "", 0};
    file.numbers("/scalar", {});
    file.numbers("/rank4", {2, 3, 4, 5});
    file.numbers("/big_endian", {7, 3}, H5T_IEEE_F32BE);
    file.numbers("/double", {9}, H5T_IEEE_F64LE);
    file.numbers("/half", {9}, half_type(H5T_IEEE_F32LE, place).get());
    file.numbers("/count", {}, H5T_STD_I64BE);
    file.numbers("/half_big_endian", {9}, half_type(H5T_IEEE_F32BE, place).get());
    const Handle compact{H5Pcreate(H5P_DATASET_CREATE)};
    H5Pset_layout(compact.get(), H5D_COMPACT);
    file.numbers("/compact", {5, 5}, H5T_IEEE_F32LE, compact.get());
  }
  CHECK(read(path, "scalar") == std::vector<float>{0.5F});
  CHECK(read(path, "count") == std::vector<float>{0.0F});  // of 0.5
  CHECK(read(path, "rank4") == graft::test::H5Builder::counted(120));
  CHECK(read(path, "big_endian") == graft::test::H5Builder::counted(21));
  CHECK(read(path, "compact") == graft::test::H5Builder::counted(25));
  for (const char* name : {"double", "half", "half_big_endian"})
    CHECK(read(path, name) == graft::test::H5Builder::counted(9));

  const Session session;
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const Place place{path, "/", graft::test::fs::file_size(path)};
  CHECK(open_dataset(file.get(), "rank4", place).shape == Shape{2, 3, 4, 5});
  CHECK(open_dataset(file.get(), "scalar", place).shape == Shape{});
  CHECK(open_dataset(file.get(), "half", place).type == ElementType::float16);
  CHECK(open_dataset(file.get(), "double", place).type == ElementType::float64);
}

TEST_CASE("numbers that are kept elsewhere are refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "elsewhere.h5";
  {
    const graft::test::H5Builder file{path};
    const Handle external{H5Pcreate(H5P_DATASET_CREATE)};
    H5Pset_external(external.get(), "/etc/passwd", 0, 40);
    file.dataset("/external", {10}, H5T_IEEE_F32LE, external.get());
    file.numbers("/source", {10});
    const Handle mapped{H5Pcreate(H5P_DATASET_CREATE)};
    const hsize_t ten = 10;
    const Handle space{H5Screate_simple(1, &ten, nullptr)};
    H5Pset_virtual(mapped.get(), space.get(), ".", "/source", space.get());
    file.dataset("/virtual", {10}, H5T_IEEE_F32LE, mapped.get());
    file.group("/group");
    const Handle named{H5Tcopy(H5T_IEEE_F32LE)};
    H5Tcommit2(file.file(), "/type", named.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  }
  CHECK(contains(why(path, "external"),
                 "elsewhere.h5: /external: expected numbers stored in this file, received external"));
  CHECK(contains(why(path, "virtual"), "expected numbers stored in this file, received a virtual dataset"));
  CHECK(contains(why(path, "group"), "expected a dataset"));
  CHECK(contains(why(path, "type"), "expected a dataset"));
}

TEST_CASE("shapes that cannot be are refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "shapes.h5";
  {
    const graft::test::H5Builder file{path};
    file.numbers("/rank5", {1, 2, 1, 2, 1});
    file.dataset("/zero", {3, 0});
    const Handle none{H5Screate(H5S_NULL)};
    const Handle null{
        H5Dcreate2(file.file(), "/null", H5T_IEEE_F32LE, none.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)};
    file.dataset("/unwritten", {1U << 20, 1U << 16});  // claims 256 GiB and stores nothing
    file.numbers("/integers", {4}, H5T_STD_I32LE);
  }
  CHECK(contains(why(path, "rank5"), "expected at most 4 axes, received 5"));
  CHECK(contains(why(path, "zero"), "expected extents of at least 1"));
  CHECK(contains(why(path, "null"), "an empty dataset"));
  CHECK(contains(why(path, "unwritten"),
                 "expected 274877906944 stored bytes for the shape (1048576, 65536), received 0"));
  CHECK(contains(why(path, "integers"), "received integers"));
}

TEST_CASE("extents and sizes that lie about what is stored are refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "lies.h5";
  constexpr std::uint64_t rows = 1237, columns = 991, bytes = rows * columns * 4;
  const auto fresh = [&] {
    const graft::test::H5Builder file{path};
    file.numbers("/kernel", {rows, columns});
  };
  fresh();
  REQUIRE(read(path).size() == rows * columns);

  // The dataspace claims more than is stored; extent and maximal extent are both patched.
  REQUIRE(patch(path, rows, rows << 20) >= 1);
  CHECK(contains(why(path), "stored bytes for the shape (1297088512, 991)"));

  // The product of the extents overflows 64 bits, and then 32 bits of it look right.
  fresh();
  patch(path, rows, std::uint64_t{1} << 40);
  patch(path, columns, std::uint64_t{1} << 40);
  CHECK(contains(why(path), "expected extents of at least 1 whose product fits the file"));

  // The layout agrees with the extents, but the file ends before.
  fresh();
  patch(path, rows, rows << 8);
  REQUIRE(patch(path, bytes, bytes << 8) >= 1);
  CHECK(contains(why(path), std::to_string(bytes << 8) + " stored bytes"));
}

}  // namespace hdf5_dataset_test
