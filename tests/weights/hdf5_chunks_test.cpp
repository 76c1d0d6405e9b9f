// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_dataset.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>
#include <functional>
#include <zlib.h>

namespace hdf5_chunks_test {

using namespace graft::detail::hdf5;
using graft::test::contains;

namespace {

/// How the dataset "/kernel" of a test is stored.
struct Storage {
  Handle creation{H5Pcreate(H5P_DATASET_CREATE)};
  explicit Storage(const std::vector<hsize_t>& chunk) {
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
  }
  Storage& shuffle() { return H5Pset_shuffle(creation.get()), *this; }
  Storage& deflate() { return H5Pset_deflate(creation.get(), 6), *this; }
  Storage& checksum() { return H5Pset_fletcher32(creation.get()), *this; }
  hid_t get() const { return creation.get(); }
};

std::vector<float> read(const std::string& path) {
  const Session session;
  const Place place{path, "/kernel", graft::test::fs::file_size(path)};
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  REQUIRE(file.valid());
  const Dataset data = open_dataset(file.get(), "kernel", place);
  std::vector<float> values(data.shape.size());
  read_floats(data, values);
  return values;
}

std::string why(const std::string& path) {
  return graft::test::refusal([&] { read(path); });
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            bytes.size(), 9);
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("chunks with every allowed filter are read, also those that stick out of the extents") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "chunks.h5";
  const auto round_trip = [&](Storage& storage, const std::vector<hsize_t>& extents) {
    std::size_t size = 1;
    for (const auto extent : extents) size *= extent;
    {
      const graft::test::H5Builder file{path};
      file.numbers("/kernel", extents, H5T_IEEE_F32LE, storage.get());
    }
    return read(path) == graft::test::H5Builder::counted(size);
  };
  const std::vector<hsize_t> extents{7, 5, 6, 10};
  const auto chunk = [] { return Storage{{3, 5, 4, 7}}; };
  CHECK(round_trip(chunk().shuffle(), extents));
  CHECK(round_trip(chunk().deflate(), extents));
  CHECK(round_trip(chunk().shuffle().deflate(), extents));
  CHECK(round_trip(chunk().shuffle().deflate().checksum(), extents));
  CHECK(round_trip(chunk().checksum().shuffle().deflate(), extents));
  CHECK(round_trip(chunk().checksum(), extents));
  Storage plain = chunk(), single{{1}}, whole{{1000, 100}};
  CHECK(round_trip(plain, extents));
  CHECK(round_trip(single, {9}));
  CHECK(round_trip(whole.shuffle().deflate(), {1000, 100}));
}

TEST_CASE("zeros, which deflate best, pass the bound on expansion") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "zeros.h5";
  {
    const graft::test::H5Builder file{path};
    Storage storage{{1 << 20}};
    const std::vector<float> zeros(1 << 20);
    const Handle made = file.dataset("/kernel", {1 << 20}, H5T_IEEE_F32LE, storage.shuffle().deflate().get());
    H5Dwrite(made.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
  }
  CHECK(graft::test::fs::file_size(path) < 10'000);
  CHECK(read(path) == std::vector<float>(1 << 20));
}

TEST_CASE("other filters, and deflate twice, are refused before a byte is read") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "filters.h5";
  const auto refused = [&](Storage& storage, hid_t type = H5T_IEEE_F32LE) {
    {
      const graft::test::H5Builder file{path};
      file.dataset("/kernel", {100}, type, storage.get());
    }
    return contains(why(path), "expected the filters shuffle, deflate and fletcher32");
  };
  Storage twice{{100}}, late{{100}}, nbit{{100}}, scale{{100}}, unknown{{100}};
  CHECK(refused(twice.deflate().deflate()));
  CHECK(refused(late.deflate().shuffle()));
  H5Pset_nbit(nbit.get());
  CHECK(refused(nbit));
  H5Pset_scaleoffset(scale.get(), H5Z_SO_FLOAT_DSCALE, 2);
  CHECK(refused(scale));
  // A filter that is not installed: optional, so that the file can be made without it.
  H5Pset_filter(unknown.get(), 32015, H5Z_FLAG_OPTIONAL, 0, nullptr);
  CHECK(refused(unknown));
}

TEST_CASE("chunks that are missing, or larger than the dataset, are refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "missing.h5";
  const auto with = [&](const std::vector<hsize_t>& extents, Storage& storage,
                        const std::function<void(hid_t)>& write) {
    const graft::test::H5Builder file{path};
    const Handle made = file.dataset("/kernel", extents, H5T_IEEE_F32LE, storage.get());
    write(made.get());
  };
  const auto nothing = [](hid_t) {};
  Storage rows{{1, 100}}, vast{{1024, 1024}}, deflated_rows{{1, 100}};
  with({1U << 20, 1U << 20}, vast, nothing);
  CHECK(contains(why(path), "expected 1048576 stored chunks, received 0"));
  with({3, 100}, rows, nothing);
  CHECK(contains(why(path), "expected 3 stored chunks, received 0"));
  const auto first_row = [](hid_t set) {
    const std::vector<float> row(100, 1.F);
    const hsize_t origin[] = {0, 0};
    H5Dwrite_chunk(set, H5P_DEFAULT, 0, origin, row.size() * 4, row.data());
  };
  with({3, 100}, rows, first_row);
  CHECK(contains(why(path), "expected 3 stored chunks, received 1"));
  with({1, 100}, rows, first_row);
  CHECK(why(path).empty());

  // A dataset that may grow can have chunks beyond its extents: small ones are fine, vast ones are not.
  const auto growing = [&](hsize_t chunk) {
    const graft::test::H5Builder file{path};
    Storage storage{{chunk}};
    const hsize_t now = 10, later = H5S_UNLIMITED;
    const Handle space{H5Screate_simple(1, &now, &later)};
    const Handle made{H5Dcreate2(file.file(), "/kernel", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT,
                                 storage.deflate().get(), H5P_DEFAULT)};
    const auto values = graft::test::H5Builder::counted(10);
    H5Dwrite(made.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  };
  growing(1 << 10);
  CHECK(read(path) == graft::test::H5Builder::counted(10));
  growing(1 << 20);
  CHECK(contains(why(path), "expected chunks no larger than the dataset (10,), received (1048576,)"));
}

TEST_CASE("a chunk that stores too few or inflates to too many bytes is refused") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "bomb.h5";
  constexpr std::size_t elements = 1 << 18, bytes = elements * 4;
  const auto with_chunk = [&](const std::string& stored, unsigned skipped = 0) {
    const graft::test::H5Builder file{path};
    Storage storage{{elements}};
    const Handle made =
        file.dataset("/kernel", {elements}, H5T_IEEE_F32LE, storage.shuffle().deflate().get());
    const hsize_t origin = 0;
    REQUIRE(H5Dwrite_chunk(made.get(), H5P_DEFAULT, skipped, &origin, stored.size(), stored.data()) >= 0);
  };
  with_chunk(deflated(std::string(bytes, '\0')));
  CHECK(read(path) == std::vector<float>(elements));
  with_chunk(std::string(bytes, '\0'), 3);  // both filters skipped
  CHECK(read(path) == std::vector<float>(elements));

  with_chunk(deflated(std::string(200 * bytes, '\0')));  // 200 MiB from 200 KiB
  CHECK(contains(why(path), "expected a chunk that inflates to 1048576 bytes, received another size"));
  with_chunk(deflated(std::string(200 * bytes, '\0')), 1);  // only shuffle skipped
  CHECK(contains(why(path), "expected a chunk that inflates to 1048576 bytes, received another size"));
  with_chunk(deflated(std::string(bytes - 1, '\0')));
  CHECK(contains(why(path), "expected a chunk that inflates to 1048576 bytes, received another size"));
  with_chunk(std::string(5000, 'x'));
  CHECK(contains(why(path), "received a damaged chunk"));
  const std::string good = deflated(std::string(bytes, 'x'));
  with_chunk(good.substr(0, good.size() / 2) + std::string(good.size(), 'y'));
  CHECK(contains(why(path), "received a damaged chunk"));
  with_chunk(std::string(100, '\0'));
  CHECK(contains(why(path), "expected 1 chunks of 1048576 bytes, received 100 stored bytes"));
  with_chunk(std::string(2 * bytes, 'x'));
  CHECK(contains(why(path), "expected a chunk of 1048576 bytes, received 2097152"));
  with_chunk(std::string(bytes / 2, 'x'), 3);
  CHECK(contains(why(path), "expected a chunk of 1048576 bytes, received 524288"));
}

}  // namespace hdf5_chunks_test
