// SPDX-License-Identifier: MIT
#include <graft/weights/archive.hpp>
#include <graft/weights/safetensors_writer.hpp>

#include "safetensors_builder.hpp"
#include <bit>
#include <doctest/doctest.h>

namespace safetensors_writer_test {

using graft::LayerData;
using graft::test::contains;

TEST_CASE("the bytes are those of the format, and come back") {
  const graft::test::TempFolder folder;
  const std::vector<float> kernel{1.F, -2.F}, bias{-0.F};
  const std::vector<LayerData> layers{
      {"input_1", {}}, {"dense", {{"dense/kernel:0", {2, 1}, kernel}, {"dense/bias:0", {1}, bias}}}};
  graft::write_safetensors(folder / "x.safetensors", layers);
  std::string header = R"({"dense/kernel":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                       R"("dense/bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::string numbers{'\x00', '\x00', '\x80', '\x3f', '\x00', '\x00',
                            '\x00', '\xc0', '\x00', '\x00', '\x00', '\x80'};
  CHECK(graft::test::content(folder / "x.safetensors") == graft::test::safetensors(header, numbers));

  const auto archive = graft::Archive::open(folder / "x.safetensors");
  REQUIRE(archive.layers().size() == 1);
  std::vector<float> read(1);
  archive.read(archive.layers()[0].tensors.at(1), read);
  CHECK(std::bit_cast<std::uint32_t>(read[0]) == 0x80000000);
}

TEST_CASE("what cannot be written leaves the old file and says why") {
  const graft::test::TempFolder folder;
  const std::vector<float> values{1.F};
  const auto why = [&](const std::string& path, const std::vector<LayerData>& layers) -> std::string {
    try {
      graft::write_safetensors(path, layers);
    } catch (const graft::OutputError& error) {
      return error.what();
    }
    return {};
  };
  const std::string path = folder / "x.safetensors";
  graft::test::store(path, "old");
  CHECK(contains(why(path, {{"a", {{"kernel", {2}, values}}}}), "a/kernel: expected 2 numbers"));
  const std::vector<LayerData> twice{{"a", {{"kernel", {1}, values}}}, {"a", {{"kernel", {1}, values}}}};
  CHECK(contains(why(path, twice), "a/kernel: expected 1 numbers under a name of their own"));
  CHECK(contains(why(folder / "none/x.safetensors", {}), "expected a folder that exists"));
  CHECK(graft::test::content(path) == "old");
}

}  // namespace safetensors_writer_test
