// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_dataset.hpp>
#include <graft/weights/hdf5_strings.hpp>
#include <graft/weights/hdf5_writer.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>

namespace hdf5_writer_test {

using namespace graft::detail::hdf5;
using List = std::vector<std::string>;

namespace {

/// Writes by `write(writer)` and opens the result.
struct Written {
  graft::test::TempFolder folder;
  std::string path = folder / "written.h5";
  Session session;
  Handle file;

  template <class Write>
  explicit Written(Write write, std::size_t bytes = 1 << 16) {
    const Writer writer{path, bytes};
    write(writer);
    graft::test::store(path, writer.image());
    file = Handle{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
    REQUIRE(file.valid());
  }

  Place place() const { return {path, "/", graft::test::fs::file_size(path)}; }
  bool has(const char* attribute) const { return H5Aexists(file.get(), attribute) > 0; }
};

}  // namespace

TEST_CASE("names are split as numpy's array_split does, so that every part fits") {
  List names;  // 1,000 names of 200 bytes: 4 parts of 250 are 50,000 bytes each; 3 would be too long
  for (int i = 0; i < 1000; ++i)
    names.push_back(std::to_string(i) + std::string(200 - std::to_string(i).size(), 'x'));
  List uneven(names.begin(), names.begin() + 646);  // 3 parts: 216, 215, 215
  const Written written{[&](const Writer& writer) {
    writer.names(writer.file(), "many", names);
    writer.names(writer.file(), "uneven", uneven);
    writer.names(writer.file(), "few", List{"a", "bcd"});
    writer.names(writer.file(), "none", {});
  }};
  CHECK(read_names(written.file.get(), "many", written.place()) == names);
  CHECK(read_strings(written.file.get(), "many3", written.place())->size() == 250);
  CHECK_FALSE(written.has("many"));
  CHECK_FALSE(written.has("many4"));
  CHECK(read_names(written.file.get(), "uneven", written.place()) == uneven);
  CHECK(read_strings(written.file.get(), "uneven0", written.place())->size() == 216);
  CHECK(read_strings(written.file.get(), "uneven1", written.place())->size() == 215);
  CHECK(read_strings(written.file.get(), "uneven2", written.place())->size() == 215);
  CHECK(read_strings(written.file.get(), "few", written.place()) == List{"a", "bcd"});
  CHECK(read_strings(written.file.get(), "none", written.place()) == List{});
  const Handle none{H5Aopen(written.file.get(), "none", H5P_DEFAULT)};
  const Handle type{H5Aget_type(none.get())};
  CHECK(H5Tequal(type.get(), H5T_IEEE_F64LE) > 0);
}

TEST_CASE("a list of exactly the limit stays whole, a name beyond it is an OutputError") {
  const List exact(32, std::string(2016, 'n'));  // 64,512 bytes
  List over = exact;
  over.push_back("n");
  const Written written{[&](const Writer& writer) {
    writer.names(writer.file(), "exact", exact);
    writer.names(writer.file(), "over", over);
    CHECK_THROWS_AS(writer.names(writer.file(), "long", List{std::string(keras_list_bytes + 1, 'n')}),
                    graft::OutputError);
  }};
  CHECK(written.has("exact"));
  CHECK_FALSE(written.has("over"));
  CHECK(read_names(written.file.get(), "over", written.place()) == over);
}

TEST_CASE("datasets are contiguous float32 in groups made on the way; texts may be long") {
  const std::string json(300'000, 'j');
  const auto values = graft::test::H5Builder::counted(24);
  const Written written{
      [&](const Writer& writer) {
        writer.text(writer.file(), "json", json, H5T_CSET_ASCII);
        writer.text(writer.file(), "empty", "", H5T_CSET_UTF8);
        const Handle group = writer.group(writer.file(), "a/b");
        writer.dataset(group.get(), "c/d/kernel:0", {2, 3, 4, 1}, values);
        writer.dataset(writer.group(writer.file(), "a/b/c").get(), "scalar", {}, {values.data(), 1});
        CHECK_THROWS_AS(writer.dataset(group.get(), "short", {25}, values), graft::OutputError);
        CHECK_THROWS_AS(writer.dataset(group.get(), "c/scalar", {}, {values.data(), 1}), graft::OutputError);
      },
      1};  // a hint that is far too small costs time only
  CHECK(read_text(written.file.get(), "json", written.place()) == json);
  CHECK(read_text(written.file.get(), "empty", written.place()).empty());
  const Dataset data = open_dataset(written.file.get(), "a/b/c/d/kernel:0", written.place());
  CHECK(data.shape == graft::Shape{2, 3, 4, 1});
  CHECK(data.type == graft::ElementType::float32);
  std::vector<float> read(24);
  read_floats(data, read);
  CHECK(read == values);
  const Handle creation{H5Dget_create_plist(data.id.get())};
  CHECK(H5Pget_layout(creation.get()) == H5D_CONTIGUOUS);
  CHECK(open_dataset(written.file.get(), "a/b/c/scalar", written.place()).shape == graft::Shape{});
}

}  // namespace hdf5_writer_test
