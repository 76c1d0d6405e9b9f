// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_strings.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>

namespace hdf5_strings_test {

using namespace graft::detail::hdf5;
using graft::detail::max_names;
using graft::test::contains;
using List = std::vector<std::string>;

namespace {

/// Writes attributes of the root group, then reads one back.
struct Attributes {
  graft::test::TempFolder folder;
  std::string path = folder / "strings.h5";
  Session session;
  Handle file;

  template <class Write>
  explicit Attributes(Write write) {
    {
      const graft::test::H5Builder builder{path};
      write(builder);
    }
    file = Handle{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  }

  Place place() const { return {path, "/", graft::test::fs::file_size(path)}; }
  auto strings(const std::string& name) const { return read_strings(file.get(), name, place()); }
  auto names(const std::string& name) const { return read_names(file.get(), name, place()); }
  auto text(const std::string& name) const { return read_text(file.get(), name, place()); }
};

}  // namespace

TEST_CASE("every encoding of a list of strings is read") {
  const List list{"input_1", "conv2d_1", "", "mixed10"};
  const Attributes file{[&](const graft::test::H5Builder& build) {
    build.fixed("/", "padded", list);
    build.fixed("/", "terminated", list, H5T_STR_NULLTERM, 1);
    build.fixed("/", "spaces", list, H5T_STR_SPACEPAD, 3);
    build.variable("/", "variable", list);
    build.scalar("/", "scalar", "2.4.0");
    build.fixed("/", "one", {"tensorflow"});
    build.empty_list("/", "empty");
    build.fixed("/", "empty_strings", {});
    const Handle space{H5Screate(H5S_NULL)};
    const Handle none{
        H5Acreate2(build.file(), "null", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT)};
    const Handle variable{H5Tcopy(H5T_C_S1)}, scalar{H5Screate(H5S_SCALAR)};
    H5Tset_size(variable.get(), H5T_VARIABLE);
    H5Tset_cset(variable.get(), H5T_CSET_UTF8);
    const Handle utf8{
        H5Acreate2(build.file(), "utf8", variable.get(), scalar.get(), H5P_DEFAULT, H5P_DEFAULT)};
    const char* text = "caf\xc3\xa9";
    H5Awrite(utf8.get(), variable.get(), &text);
    const Handle unwritten{
        H5Acreate2(build.file(), "unwritten", variable.get(), scalar.get(), H5P_DEFAULT, H5P_DEFAULT)};
  }};
  for (const char* name : {"padded", "terminated", "spaces", "variable"}) CHECK(file.strings(name) == list);
  for (const char* name : {"empty", "empty_strings", "null"}) CHECK(file.strings(name) == List{});
  CHECK(file.strings("scalar") == List{"2.4.0"});
  CHECK(file.strings("unwritten") == List{""});
  CHECK_FALSE(file.strings("missing"));
  CHECK(file.text("utf8") == "caf\xc3\xa9");
  CHECK(file.text("one") == "tensorflow");
  CHECK(file.text("empty").empty());
  CHECK(file.text("missing").empty());
  CHECK(contains(graft::test::refusal([&] { file.text("padded"); }),
                 "expected one text in padded, received 4"));
}

TEST_CASE("a list that Keras split is put together until a part is missing") {
  const Attributes file{[](const graft::test::H5Builder& build) {
    build.fixed("/", "layer_names0", {"a", "b"});
    build.variable("/", "layer_names1", {"c"});
    build.fixed("/", "layer_names2", {"d"});
    build.fixed("/", "layer_names4", {"not part of it"});
  }};
  CHECK(file.names("layer_names") == List{"a", "b", "c", "d"});
  CHECK_FALSE(file.names("weight_names"));
}

TEST_CASE("attributes that are no strings, or far too many, are refused") {
  const Attributes file{[](const graft::test::H5Builder& build) {
    const int numbers[] = {1, 2, 3};
    build.attribute("/", "integers", Handle{H5Tcopy(H5T_NATIVE_INT)}, 3, numbers);
    const hsize_t extents[] = {2, 2};
    const Handle square{H5Screate_simple(2, extents, nullptr)}, text{H5Tcopy(H5T_C_S1)};
    const Handle made{H5Acreate2(build.file(), "square", text.get(), square.get(), H5P_DEFAULT, H5P_DEFAULT)};
    H5Awrite(made.get(), text.get(), "abcd");
  }};
  CHECK(contains(graft::test::refusal([&] { file.strings("integers"); }),
                 "/@integers: expected strings, received"));
  CHECK(contains(graft::test::refusal([&] { file.strings("square"); }),
                 "expected a string or a list of strings"));
}

TEST_CASE("counts and sizes are bounded") {
  // Attributes beyond 64 KiB need the newer format, kept outside of the object's header.
  const graft::test::TempFolder folder;
  const Session session;
  const Handle access{H5Pcreate(H5P_FILE_ACCESS)};
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const std::string path = folder / "big.h5";
  {
    const Handle file{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get())};
    const auto write = [&](const char* name, hsize_t count, std::size_t width) {
      const Handle type{H5Tcopy(H5T_C_S1)}, space{H5Screate_simple(1, &count, nullptr)};
      H5Tset_size(type.get(), width);
      const Handle made{H5Acreate2(file.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)};
      const std::string bytes(count * width, 'x');
      REQUIRE(H5Awrite(made.get(), type.get(), bytes.data()) >= 0);
    };
    write("many", max_names + 1, 1);
    write("long", 2, keras_list_bytes + 1);
    write("huge", 65, std::size_t{1} << 20);
  }
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const Place place{path, "/", 0};
  CHECK(contains(graft::test::refusal([&] { read_names(file.get(), "many", place); }),
                 "expected at most 100000 names"));
  CHECK(contains(graft::test::refusal([&] { read_names(file.get(), "long", place); }),
                 "names of at most 64512 bytes"));
  CHECK(contains(graft::test::refusal([&] { read_names(file.get(), "huge", place); }),
                 "expected at most 67108864 bytes"));
}

}  // namespace hdf5_strings_test
