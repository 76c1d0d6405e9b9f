// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_file.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>
#include <sys/stat.h>

namespace hdf5_file_test {

using namespace graft::detail::hdf5;
using graft::detail::file_place;
using graft::test::contains;

namespace {

std::string why(const std::string& path) {
  const Session session;
  return graft::test::refusal([&] { open_file(Place{file_place(path)}); });
}

}  // namespace

TEST_CASE("what is no HDF5 file is told by its looks") {
  const graft::test::TempFolder folder;
  CHECK(contains(
      why(folder / "none.h5"),
      "none.h5: expected a weight file (Keras' .h5 or .keras, or safetensors), received no such file"));
  CHECK(contains(why(folder.path.string()), "received a folder or a device"));
  CHECK(contains(why("/dev/zero"), "received a folder or a device"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(contains(why(folder / "pipe"), "received a folder or a device"));
  const auto look = [&](std::string_view bytes) {
    graft::test::store(folder / "x.h5", bytes);
    return why(folder / "x.h5");
  };
  CHECK(contains(look(""), "received an empty file"));
  CHECK(contains(look("version https://git-lfs.github.com/spec/v1\n"), "received a Git LFS pointer"));
  CHECK(contains(look("<!DOCTYPE html>"), "received a web page"));
  CHECK(contains(look("\n <html>"), "received a web page"));
  CHECK(contains(look("\x89HDF"), "received a file of another format"));
  CHECK(contains(look("weights"), "received a file of another format"));
  CHECK(contains(look(std::string{"\x89HDF\r\n\x1a\n"} + std::string(90, '\0')),
                 "expected a complete HDF5 file"));
  CHECK(contains(look(std::string{"\x89HDF\r\n\x1a\n"}), "expected a complete HDF5 file"));
}

TEST_CASE("a whole file opens, a truncated one is told so") {
  const graft::test::TempFolder folder;
  {
    const graft::test::H5Builder file{folder / "whole.h5"};
    file.numbers("/kernel", {100});
  }
  CHECK(why(folder / "whole.h5").empty());
  const std::string bytes = graft::test::content(folder / "whole.h5");
  graft::test::store(folder / "cut.h5", std::string_view{bytes}.substr(0, bytes.size() - 1));
  CHECK(contains(why(folder / "cut.h5"), "expected a complete HDF5 file, received truncated file"));
  const Session session;
  CHECK(file_place(folder / "whole.h5").file_size == bytes.size());
  CHECK(open_root(open_file(Place{file_place(folder / "whole.h5")}), Place{file_place(folder / "whole.h5")})
            .valid());
}

}  // namespace hdf5_file_test
