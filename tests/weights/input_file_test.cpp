// SPDX-License-Identifier: MIT
// Also tests weights/file_place.hpp.
#include <graft/weights/input_file.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>
#include <sys/stat.h>

namespace input_file_test {

using graft::detail::file_place;
using graft::detail::InputFile;
using graft::test::contains;

namespace {

std::string why(const std::string& path) {
  return graft::test::refusal([&] { graft::detail::file_start(file_place(path)); });
}

}  // namespace

TEST_CASE("only regular files are opened") {
  const graft::test::TempFolder folder;
  CHECK(contains(
      why(folder / "none.h5"),
      "none.h5: expected a weight file (Keras' .h5 or .keras, or safetensors), received no such file"));
  CHECK(contains(why(folder.path.string()), "received a folder or a device"));
  CHECK(contains(why("/dev/zero"), "received a folder or a device"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(contains(why(folder / "pipe"), "received a folder or a device"));
}

TEST_CASE("bytes from anywhere in the file, and none from beyond it") {
  const graft::test::TempFolder folder;
  graft::test::store(folder / "ten", "0123456789");
  const InputFile file{file_place(folder / "ten")};
  CHECK(file.place().file_size == 10);
  CHECK(file.read(0, 10) == "0123456789");
  CHECK(file.read(7, 2) == "78");
  CHECK(file.read(10, 0).empty());
  CHECK(contains(graft::test::refusal([&] { file.read(7, 4); }),
                 "ten: expected 4 bytes at byte 7, received a file of 10"));
  CHECK_THROWS_AS(file.read(~std::uint64_t{0}, 2), graft::ArchiveError);
  graft::test::fs::resize_file(folder / "ten", 5);
  CHECK(contains(graft::test::refusal([&] { file.read(0, 10); }), "received one that has become shorter"));
  CHECK(graft::detail::file_start(file_place(folder / "ten")) == "01234");
  graft::test::store(folder / "long", std::string(5000, 'x'));
  CHECK(graft::detail::file_start(file_place(folder / "long")).size() == 1024);
}

TEST_CASE("paths are plain or refused") {
  const graft::detail::FilePlace place{"file", "", 0};
  for (const char* path : {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/."})
    CHECK(contains(graft::test::refusal([&] { graft::detail::require_plain(path, place); }),
                   "expected a path of plain names"));
  for (const char* path : {"a", "a/b", "a/.b", "..a/b..", "conv2d_1/kernel:0"})
    CHECK_NOTHROW(graft::detail::require_plain(path, place));
}

}  // namespace input_file_test
