// SPDX-License-Identifier: MIT
#include <graft/data/feature_storage.hpp>

#include "data/image_files.hpp"
#include "support/errors.hpp"
#include <algorithm>
#include <doctest/doctest.h>
#include <utility>

namespace feature_storage_test {

using namespace graft;
using image_files::TemporaryFolder;
using test::error_of;

namespace {

void fill(FeatureStorage& storage) {
  for (std::size_t i = 0; i < storage.rows(); ++i)
    std::fill(storage.row(i).begin(), storage.row(i).end(), static_cast<float>(i) + 0.5f);
}
bool filled(const FeatureStorage& storage) {
  for (std::size_t i = 0; i < storage.rows(); ++i)
    for (const float value : storage.row(i))
      if (value != static_cast<float>(i) + 0.5f) return false;
  return true;
}

}  // namespace

TEST_CASE("rows are kept in memory up to the limit, beyond it in a file") {
  const TemporaryFolder folder;
  constexpr std::size_t rows = 1000, row_size = 33, bytes = rows * row_size * sizeof(float);
  for (const std::size_t limit : {bytes, bytes - 1, std::size_t{0}}) {
    FeatureStorage storage{rows, row_size, {.memory_limit = limit, .directory = folder.path()}};
    CHECK(storage.on_disk() == (limit < bytes));
    CHECK(storage.rows() == rows);
    CHECK(storage.row_size() == row_size);
    CHECK(storage.row(0).size() == row_size);
    CHECK(storage.row(7)[0] == 0.0f);  // fresh memory and fresh files are zero
    fill(storage);
    CHECK(filled(storage));
    CHECK(std::filesystem::is_empty(folder.path()));  // the file has no name
  }
}

TEST_CASE("by default small features are in memory, and the file is in the system's folder") {
  CHECK_FALSE(FeatureStorage{10, 10}.on_disk());
  FeatureStorage storage{10, 10, {.memory_limit = 0}};
  CHECK(storage.on_disk());
  fill(storage);
  CHECK(filled(storage));
}

TEST_CASE("storage moves, and is gone where it came from") {
  for (const std::size_t limit : {std::size_t{1} << 20, std::size_t{0}}) {
    FeatureStorage storage{100, 5, {.memory_limit = limit}};
    fill(storage);
    FeatureStorage moved{std::move(storage)};
    CHECK(moved.rows() == 100);
    CHECK(moved.on_disk() == (limit == 0));
    CHECK(filled(moved));
    FeatureStorage other{3, 2};
    fill(other);
    other = std::move(moved);
    CHECK(other.rows() == 100);
    CHECK(filled(other));
  }
}

TEST_CASE("storage without a row takes nothing") {
  const FeatureStorage none{0, 5, {.memory_limit = 0, .directory = "/no such folder"}};
  CHECK(none.rows() == 0);
  CHECK_FALSE(none.on_disk());
}

TEST_CASE("a folder that cannot take the file is an error that names it") {
  const TemporaryFolder folder;
  const auto make = [](const std::filesystem::path& directory, std::size_t rows = 10) {
    return error_of<OutputError>([&] {
      FeatureStorage{rows, 10, {.memory_limit = 0, .directory = directory}};
    });
  };
  CHECK(make(folder / "missing") == (folder / "missing").string() +
                                        ": expected a folder for the file of features, received No such file "
                                        "or directory");
  image_files::write(folder / "file", std::string{"text"});
  CHECK(make(folder / "file").find("file: expected a folder for the file of features, received ") !=
        std::string::npos);
  CHECK(make(folder.path()) == "no exception");
  // 2^55 bytes: more than any file system holds in one file.
  const std::string error = make(folder.path(), (std::size_t{1} << 55) / 40);
  CHECK(error.find(folder.path().string() + ": expected room for ") == 0);
  CHECK(std::filesystem::exists(folder / "file"));
  CHECK(std::distance(std::filesystem::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("a size that no memory has is an error, and no overflow") {
  CHECK(error_of<Error>([] {
          FeatureStorage{std::size_t{1} << 45, 8, {.memory_limit = ~std::size_t{0}}};
        }).find("features: expected ") == 0);
  CHECK(error_of<Error>([] { FeatureStorage{std::size_t{1} << 62, 16}; }).find("features: expected ") == 0);
}

}  // namespace feature_storage_test
