// SPDX-License-Identifier: MIT
#include <graft/weights/archive.hpp>

#include "safetensors_builder.hpp"
#include <cmath>
#include <doctest/doctest.h>

namespace safetensors_reader_test {

using graft::Archive;
using graft::ElementType;
using graft::Shape;
using graft::test::contains;
using graft::test::safetensors;

namespace {

struct File {
  graft::test::TempFolder folder;
  std::string path = folder / "weights";  // the content tells the format

  std::string why(const std::string& bytes) const {
    graft::test::store(path, bytes);
    const std::string text = graft::test::refusal([&] { Archive::open(path); });
    CHECK((text.empty() || text.starts_with(path + ": ")));
    return text;
  }
  /// Of a header and eight bytes of numbers.
  std::string why_header(const std::string& header) const { return why(safetensors(header, "12345678")); }
};

std::vector<float> read(const Archive& archive, const graft::ArchiveTensor& tensor) {
  std::vector<float> values(tensor.shape.size());
  archive.read(tensor, values);
  return values;
}

}  // namespace

TEST_CASE("layers, shapes and numbers of every type, parameters in Keras' order") {
  const File file;
  const std::string data = {'\x00', '\x00', '\x80', '\x3f', '\x00', '\x00', '\x00', '\xc0',   // F32: 1, -2
                            '\x00', '\x3c', '\x00', '\xc0',                                   // F16: 1, -2
                            '\x80', '\x3f', '\x00', '\xc0',                                   // BF16: 1, -2
                            0,      0,      0,      0,      0,      0,      '\xf0', '\x3f'};  // F64: 1
  graft::test::store(
      file.path,
      safetensors(R"({"__metadata__": {"format": "any"},)"
                  R"( "dense_1/bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},)"
                  R"( "dense_1/kernel": {"dtype": "F16", "shape": [1, 2], "data_offsets": [8, 12]},)"
                  R"( "bn.moving_mean": {"dtype": "BF16", "shape": [2], "data_offsets": [12, 16]},)"
                  R"( "bn.beta": {"dtype": "F64", "shape": [], "data_offsets": [16, 24]}}   )",
                  data));
  const Archive archive = Archive::open(file.path);
  CHECK(archive.format() == graft::ArchiveFormat::safetensors);
  CHECK(archive.order() == graft::LayerOrder::none);
  REQUIRE(archive.layers().size() == 2);
  const auto &dense = archive.layers()[0], &bn = archive.layers()[1];
  CHECK(dense.name == "dense_1");
  REQUIRE(dense.tensors.size() == 2);
  CHECK(dense.tensors[0].name == "dense_1/kernel");
  CHECK(dense.tensors[0].shape == Shape{1, 2});
  CHECK(dense.tensors[0].type == ElementType::float16);
  CHECK(bn.name == "bn");
  CHECK(bn.tensors[0].name == "bn/beta");
  CHECK(bn.tensors[0].dataset == "bn.beta");
  CHECK(bn.tensors[0].shape == Shape{});
  const std::vector<float> both{1.F, -2.F};
  CHECK(read(archive, dense.tensors[0]) == both);
  CHECK(read(archive, dense.tensors[1]) == both);
  CHECK(read(archive, bn.tensors[1]) == both);
  CHECK(read(archive, bn.tensors[0]) == std::vector{1.F});
  std::vector<float> three(3);
  CHECK_THROWS_AS(archive.read(dense.tensors[0], three), graft::ShapeError);
}

TEST_CASE("a header that lies about where numbers are is refused") {
  const File file;
  const auto two = [&](const char* first, const char* second) {
    return file.why_header(
        R"({"a/kernel": {"dtype": "F32", "shape": [1], "data_offsets": )" + std::string{first} +
        R"(}, "b/kernel": {"dtype": "F32", "shape": [1], "data_offsets": )" + second + "}}");
  };
  graft::test::store(file.path, "");
  CHECK(contains(two("[0, 4]", "[2, 6]"), "b/kernel: expected numbers that start at byte 4"));  // overlap
  CHECK(contains(two("[0, 4]", "[0, 4]"), "b/kernel: expected numbers that start at byte 4"));
  CHECK(contains(two("[0, 4]", "[5, 9]"), "b/kernel: expected numbers that start at byte 4"));  // gap
  CHECK(contains(two("[4, 8]", "[8, 12]"), "a/kernel: expected numbers that start at byte 0"));
  CHECK(contains(two("[0, 4]", "[4, 9]"), "b/kernel: expected two data_offsets that are 4 bytes apart"));
  CHECK(contains(two("[0, 4]", "[8, 4]"), "expected two data_offsets"));
  CHECK(contains(two("[0, 4]", "[4]"), "expected two data_offsets"));
  CHECK(contains(two("[0, 4]", "[-4, 0]"), "expected a list of whole numbers 'data_offsets'"));
  CHECK(contains(two("[0, 4]", "[4, 8.0]"), "expected a list of whole numbers 'data_offsets'"));
  CHECK(contains(two("[0, 4]", "[4, 99999999999999999999]"), "expected a list of whole numbers"));
  CHECK(contains(two("[0, 4]", "\"4, 8\""), "expected a list of whole numbers"));
  CHECK(two("[4, 8]", "[0, 4]").empty());  // any order of names
  // Out of range: the numbers would end behind the file, or before its end.
  const auto one = [&](const std::string& rest) {
    return file.why_header(R"({"a/kernel": {)" + rest + "}}");
  };
  CHECK(contains(one(R"("dtype": "F32", "shape": [3], "data_offsets": [0, 12])"),
                 "expected 12 bytes of numbers, as the header says, received 8"));
  CHECK(contains(one(R"("dtype": "F32", "shape": [1], "data_offsets": [0, 4])"),
                 "expected 4 bytes of numbers, as the header says, received 8"));
  CHECK(contains(one(R"("dtype": "F16", "shape": [2], "data_offsets": [0, 8])"),
                 "4 bytes apart"));  // wrong size
  CHECK(contains(one(R"("dtype": "I64", "shape": [1], "data_offsets": [0, 8])"),
                 "a/kernel: expected the dtype F16, BF16, F32 or F64, received I64"));
}

TEST_CASE("absurd extents and headers are refused before any memory is asked for") {
  const File file;
  const auto shape = [&](const char* text) {
    return file.why_header(R"({"a/kernel": {"dtype": "F32", "shape": )" + std::string{text} +
                           R"(, "data_offsets": [0, 8]}})");
  };
  CHECK(contains(shape("[4294967296, 4294967296, 4]"), "expected extents of at least 1 whose product fits"));
  CHECK(contains(shape("[9223372036854775807]"), "expected extents of at least 1"));
  CHECK(contains(shape("[2, 0]"), "expected extents of at least 1"));
  CHECK(contains(shape("[1, 1, 1, 1, 2]"), "expected at most 4 axes, received 5"));
  CHECK(contains(shape("[-2]"), "expected a list of whole numbers 'shape'"));
  CHECK(contains(shape("null"), "expected a list of whole numbers 'shape'"));
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    const std::string text = file.why(safetensors("{}", "", length));
    CHECK(contains(text, "expected a header of at most 16777216 bytes inside the file"));
  }
  CHECK(contains(file.why(safetensors("{}", std::string(20 << 20, ' '), 17 << 20)),
                 "expected a header of at most"));
  CHECK(contains(file.why_header("{\"a\": 1"), "expected JSON, received a text that is none at byte"));
  CHECK(contains(file.why_header("{\"a\": 1}"), "a: expected an object with dtype, shape and data_offsets"));
  CHECK(contains(file.why_header("{\"__metadata__\": {\"a\": 1}}"),
                 "__metadata__: expected an object of texts"));
  CHECK(contains(file.why_header("{\"\xff\": 1}"), "expected JSON"));
  CHECK(contains(file.why_header("{} {}"), "expected JSON"));
  CHECK(contains(file.why_header("{\"a\":" + std::string(100'000, '[')), "expected JSON"));
}

TEST_CASE("a name that is there twice is refused") {
  const File file;
  const std::string one = R"("a/kernel": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]})";
  CHECK(contains(file.why_header("{" + one + ", " + one + "}"),
                 "expected keys of different names, received 'a/kernel' twice"));
  CHECK(contains(
      file.why_header(R"({"a": {"dtype": "F32", "dtype": "F16", "shape": [2], "data_offsets": [0, 8]}})"),
      "received 'dtype' twice"));
}

TEST_CASE("a file that is cut short is refused, wherever it ends") {
  const File file;
  const std::string whole =
      safetensors(R"({"a/kernel": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})", "12345678");
  graft::test::store(file.path, whole);
  CHECK_NOTHROW(Archive::open(file.path));
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(!file.why(whole.substr(0, length)).empty());
  CHECK(!file.why(whole + "x").empty());
}

}  // namespace safetensors_reader_test
