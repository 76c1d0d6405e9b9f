// SPDX-License-Identifier: MIT
#include <graft/weights/archive.hpp>

#include "h5_builder.hpp"
#include <cmath>
#include <doctest/doctest.h>
#include <map>
#include <numeric>
#include <random>

namespace archive_test {

// libhdf5 1.10 reads a few bytes beyond damaged attributes, asks for absurd amounts of memory, which it then
// does not get, and loses some of its own. That is its business; everything of ours stays checked.
#if defined(__SANITIZE_ADDRESS__)
#define GRAFT_TEST_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRAFT_TEST_ASAN
#endif
#endif
#ifdef GRAFT_TEST_ASAN
extern "C" {
const char* __asan_default_options();
const char* __asan_default_suppressions();
const char* __lsan_default_suppressions();
const char* __asan_default_options() { return "allocator_may_return_null=1"; }
const char* __asan_default_suppressions() { return "interceptor_via_lib:libhdf5\n"; }
const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
}
#endif

using graft::Archive;
using graft::ElementType;
using graft::Shape;
using graft::test::contains;
using graft::test::H5Builder;

namespace {

std::string why(const std::string& path) {
  return graft::test::refusal([&] { Archive::open(path); });
}

/// Opens the file and reads everything in it; the number of floats.
std::size_t read_all(const std::string& path) {
  const Archive archive = Archive::open(path);
  std::size_t count = 0;
  for (const auto& layer : archive.layers())
    for (const auto& tensor : layer.tensors) {
      std::vector<float> values(tensor.shape.size());
      archive.read(tensor, values);
      count += values.size();
    }
  return count;
}

/// A small file that has a bit of everything.
void write_varied(const std::string& path) {
  const H5Builder file{path};
  file.scalar("/", "keras_version", "2.4.0");
  file.scalar("/", "backend", "tensorflow");
  file.scalar("/", "model_config", R"({"class_name": "Sequential"})");
  file.group("/model_weights");
  file.fixed("/model_weights", "layer_names", {"input_1", "dense_1", "dense_2"});
  for (const char* layer : {"input_1", "dense_1", "dense_2"})
    file.group(std::string{"/model_weights/"} + layer);
  file.empty_list("/model_weights/input_1", "weight_names");
  file.fixed("/model_weights/dense_1", "weight_names", {"dense_1/kernel:0", "dense_1/bias:0"});
  file.variable("/model_weights/dense_2", "weight_names", {"dense_2/kernel:0", "dense_2/bias:0"});
  file.numbers("/model_weights/dense_1/dense_1/kernel:0", {4, 6});
  file.numbers("/model_weights/dense_1/dense_1/bias:0", {6}, H5T_IEEE_F64LE);
  const auto chunks = graft::test::deflated_chunks({3, 5});
  file.numbers("/model_weights/dense_2/dense_2/kernel:0", {6, 10}, H5T_IEEE_F32LE, chunks.get());
  file.numbers("/model_weights/dense_2/dense_2/bias:0", {10});
  file.numbers("/optimizer_weights/iter:0", {}, H5T_STD_I64LE);
}

}  // namespace

TEST_CASE("a full-model file: layers in order, weightless ones too, optimizer ignored") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "varied.h5";
  write_varied(path);
  const Archive archive = Archive::open(path);
  CHECK(archive.file() == path);
  CHECK(archive.keras_version() == "2.4.0");
  CHECK(archive.model_config() == R"({"class_name": "Sequential"})");
  REQUIRE(archive.layers().size() == 3);
  CHECK(archive.layers()[0].name == "input_1");
  CHECK(archive.layers()[0].tensors.empty());
  const auto& dense = archive.layers()[2];
  REQUIRE(dense.tensors.size() == 2);
  CHECK(dense.tensors[0].name == "dense_2/kernel:0");
  CHECK(dense.tensors[0].dataset == "/model_weights/dense_2/dense_2/kernel:0");
  CHECK(dense.tensors[0].shape == Shape{6, 10});
  CHECK(dense.tensors[0].type == ElementType::float32);
  CHECK(archive.layers()[1].tensors[1].type == ElementType::float64);
  CHECK(read_all(path) == 24 + 6 + 60 + 10);

  std::vector<float> values(60);
  archive.read(dense.tensors[0], values);
  CHECK(values == H5Builder::counted(60));
  std::vector<float> short_by_one(59);
  CHECK_THROWS_AS(archive.read(dense.tensors[0], short_by_one), graft::ShapeError);
}

TEST_CASE("an archive can be moved, and several can be open") {
  const graft::test::TempFolder folder;
  write_varied(folder / "a.h5");
  Archive first = Archive::open(folder / "a.h5");
  Archive second = Archive::open(folder / "a.h5");
  const Archive moved = std::move(first);
  second = Archive::open(folder / "a.h5");
  std::vector<float> values(10);
  moved.read(moved.layers()[2].tensors[1], values);
  CHECK(values == H5Builder::counted(10));
  second.read(second.layers()[2].tensors[1], values);
  CHECK(values == H5Builder::counted(10));
}

TEST_CASE("a weights-only file, split name lists, slashes in layer names, Keras 1 names") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "weights.h5";
  {
    const H5Builder file{path};
    file.fixed("/", "layer_names0", {"block1_conv1"});
    file.fixed("/", "layer_names1", {"conv1/conv"});
    file.group("/block1_conv1");
    file.group("/conv1/conv");
    file.fixed("/block1_conv1", "weight_names0", {"block1_conv1_W_1:0"});
    file.fixed("/block1_conv1", "weight_names1", {"block1_conv1_b_1:0"});
    file.fixed("/conv1/conv", "weight_names", {"conv1/conv/kernel:0"});
    file.numbers("/block1_conv1/block1_conv1_W_1:0", {3, 3, 3, 2});
    file.numbers("/block1_conv1/block1_conv1_b_1:0", {2});
    file.numbers("/conv1/conv/conv1/conv/kernel:0", {1, 1, 2, 2});
  }
  const Archive archive = Archive::open(path);
  CHECK(archive.keras_version().empty());
  CHECK(archive.model_config().empty());
  REQUIRE(archive.layers().size() == 2);
  CHECK(archive.layers()[0].tensors.at(1).dataset == "/block1_conv1/block1_conv1_b_1:0");
  CHECK(archive.layers()[1].tensors.at(0).dataset == "/conv1/conv/conv1/conv/kernel:0");
  CHECK(read_all(path) == 54 + 2 + 4);
}

TEST_CASE("a manifest that is not Keras' is refused, naming file and object") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "bad.h5";
  const auto with = [&](auto write) {
    {
      const H5Builder file{path};
      write(file);
    }
    const std::string text = why(path);
    CHECK(contains(text, path));
    return text;
  };
  CHECK(contains(with([](auto&) {}), "expected Keras' HDF5 layout with layer_names on / or /model_weights"));
  CHECK(contains(with([](auto& file) { file.fixed("/", "nb_layers", {"3"}); }), "Keras before 1.0"));
  CHECK(contains(with([](auto& file) { file.fixed("/", "layer_names", {"gone"}); }),
                 "/gone: expected an object 'gone', received nothing of that name"));
  CHECK(contains(with([](auto& file) {
                   file.fixed("/", "layer_names", {"bare"});
                   file.group("/bare");
                 }),
                 "/bare: expected the attribute weight_names, received none"));
  CHECK(contains(with([](auto& file) {
                   file.dense_manifest();
                   file.numbers("/dense_1/dense_1/kernel:0", {2});
                 }),
                 "/dense_1/dense_1/bias:0: expected an object 'bias:0', received nothing of that name"));
  CHECK(contains(with([](auto& file) {
                   file.fixed("/", "layer_names", {"same", "same"});
                   file.group("/same");
                   file.empty_list("/same", "weight_names");
                 }),
                 "expected layers of different names, received 'same' twice"));
  CHECK(contains(
      with([](auto& file) {
        file.dense_manifest();
        file.numbers("/dense_1/dense_1/kernel:0", {2});
        file.numbers("/dense_1/dense_1/bias:0", {2}, H5T_STD_I64LE);
      }),
      "/dense_1/dense_1/bias:0: expected float16, bfloat16, float32 or float64 numbers, received integers"));
  for (const char* name : {"../other/kernel:0", "/dense_1/kernel:0", "", ".", "a//b", "a/../../b"})
    CHECK(contains(with([&](auto& file) { file.dense_manifest({name}); }), "expected a path of plain names"));
  for (const char* name : {"..", "/", "/etc", ""})
    CHECK(contains(with([&](auto& file) { file.fixed("/", "layer_names", {name}); }),
                   "expected a path of plain names"));
}

TEST_CASE("links out of the file are refused wherever they are") {
  const graft::test::TempFolder folder;
  write_varied(folder / "other.h5");
  const std::string path = folder / "links.h5";
  const auto external = [](const H5Builder& file, const char* target, const char* name) {
    REQUIRE(H5Lcreate_external("other.h5", target, file.file(), name, file.links(), H5P_DEFAULT) >= 0);
  };
  {
    const H5Builder file{path};
    external(file, "/model_weights", "/model_weights");
  }
  CHECK(contains(why(path),
                 "/model_weights: expected an object stored in this file, received an external link"));
  {
    const H5Builder file{path};
    file.fixed("/", "layer_names", {"dense_1"});
    external(file, "/model_weights/dense_1", "/dense_1");
  }
  CHECK(contains(why(path), "/dense_1: expected an object stored in this file, received an external link"));
  {
    const H5Builder file{path};
    file.dense_manifest({"dense_1/kernel:0"});
    external(file, "/model_weights/dense_1/dense_1", "/dense_1/dense_1");
  }
  CHECK(contains(why(path),
                 "/dense_1/dense_1/kernel:0: expected an object stored in this file, received an external"));
  {
    const H5Builder file{path};
    file.dense_manifest({"dense_1/kernel:0"});
    file.numbers("/elsewhere", {2});
    H5Lcreate_soft("/elsewhere", file.file(), "/dense_1/dense_1/kernel:0", file.links(), H5P_DEFAULT);
  }
  CHECK(contains(why(path), "expected an object stored in this file, received a soft link"));
}

TEST_CASE("a hundred thousand arrays are enough") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "many.h5";
  {
    // Each of 60 layers claims the same 2,000 arrays: 120,000 entries from a small file.
    const H5Builder file{path};
    std::vector<std::string> layers, weights(2000, "w");
    for (int i = 0; i < 60; ++i) layers.push_back("layer_" + std::to_string(i));
    file.fixed("/", "layer_names", layers);
    file.group("/layer_0");
    file.numbers("/layer_0/w", {1});
    file.fixed("/layer_0", "weight_names", weights);
    for (int i = 1; i < 60; ++i)
      H5Lcreate_hard(file.file(), "/layer_0", file.file(),
                     ("/" + layers[static_cast<std::size_t>(i)]).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
  CHECK(contains(why(path), "expected at most 100000 arrays"));
}

TEST_CASE("a file cut short anywhere is an ArchiveError") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "cut.h5";
  const auto try_lengths = [&](const std::string& whole, std::size_t step) {
    graft::test::store(path, whole);
    REQUIRE(read_all(path) > 0);
    std::size_t refused = 0, lengths = 0;
    for (std::size_t length = whole.size() - 1;; length -= std::min(length, step)) {
      graft::test::fs::resize_file(path, length);
      refused += !why(path).empty();
      ++lengths;
      if (length == 0) break;
    }
    CHECK(refused == lengths);
  };
  write_varied(folder / "varied.h5");
  try_lengths(graft::test::content(folder / "varied.h5"), 7);
  if (const auto real = graft::test::data_file("mobilenet_v2_0.35_224_notop.h5"); !real.empty())
    try_lengths(graft::test::content(real), 4999);
}

TEST_CASE("a damaged file is read or refused, but never crashes and never runs away") {
  const graft::test::TempFolder folder;
  write_varied(folder / "varied.h5");
  const std::string whole = graft::test::content(folder / "varied.h5"), path = folder / "damaged.h5";
  std::mt19937 random{20240607};
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  std::size_t refused = 0, read = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (std::size_t flips = 1 + below(4); flips > 0; --flips) {
      char& byte = bytes[below(bytes.size())];
      byte = static_cast<char>(byte ^ (1 << below(8)));
    }
    graft::test::store(path, bytes);
    // Any other exception, or a crash, fails the test.
    const std::string text = graft::test::refusal([&] { read_all(path); });
    if (text.empty())
      ++read;
    else {
      ++refused;
      CHECK(contains(text, path + ": "));
      CHECK(contains(text, "expected "));
    }
  }
  MESSAGE("damaged files refused: " << refused << ", read: " << read);
  CHECK(refused > 100);
  CHECK(refused + read == 2000);
}

TEST_CASE("Inception v3 is read completely, and the float16 file agrees with it") {
  const auto full = graft::test::data_file("inception_v3_notop.h5"),
             half = graft::test::data_file("inception_v3_mixed7_f16.h5");
  if (full.empty() || half.empty()) return;
  const Archive archive = Archive::open(full), small = Archive::open(half);
  CHECK(archive.layers().size() == 311);
  CHECK(archive.keras_version() == "2.0.0");
  CHECK(archive.model_config().empty());
  CHECK(archive.layers().front().name == "input_1");
  CHECK(archive.layers().back().name == "mixed10");
  CHECK(small.layers().size() == 229);
  CHECK(small.layers().back().name == "mixed7");

  std::map<std::string, std::vector<float>> values;
  std::size_t count = 0, weighted = 0, not_finite = 0;
  for (const auto& layer : archive.layers()) {
    weighted += !layer.tensors.empty();
    for (const auto& tensor : layer.tensors) {
      CHECK(tensor.dataset == "/" + layer.name + "/" + tensor.name);
      auto& read = values[tensor.name];
      read.resize(tensor.shape.size());
      archive.read(tensor, read);
      count += read.size();
      for (const float value : read) not_finite += !std::isfinite(value);
    }
  }
  CHECK(count == 21'802'784);
  CHECK(weighted == 188);
  CHECK(not_finite == 0);
  CHECK(archive.layers()[1].tensors.at(0).shape == Shape{3, 3, 3, 32});

  std::size_t halves = 0, too_far = 0;
  count = 0;
  for (const auto& layer : small.layers())
    for (const auto& tensor : layer.tensors) {
      std::vector<float> read(tensor.shape.size());
      small.read(tensor, read);
      const auto& exact = values.at(tensor.name);
      REQUIRE(read.size() == exact.size());
      count += read.size();
      const bool is_half = tensor.type == ElementType::float16;
      halves += is_half;
      for (std::size_t i = 0; i < read.size(); ++i)  // half a unit in the last place; 2^-25 among subnormals
        too_far += std::abs(read[i] - exact[i]) >
                   (is_half ? std::max(0x1p-11F * std::abs(exact[i]), 0x1p-25F) : 0.F);
    }
  CHECK(count == 8'975'264);
  CHECK(halves == 70);
  CHECK(too_far == 0);
}

TEST_CASE("the other files that Keras and others wrote") {
  if (const auto path = graft::test::data_file("teachable_machine_keras_model.h5"); !path.empty()) {
    const Archive archive = Archive::open(path);
    CHECK(archive.keras_version() == "2.4.0");
    CHECK(archive.model_config().starts_with(R"({"class_name": "Sequential")"));
    REQUIRE(archive.layers().size() == 106);  // two models, taken apart
    CHECK(archive.layers()[0].name == "Conv1");
    CHECK(archive.layers()[0].model == "sequential_1");
    CHECK(archive.layers()[0].tensors.size() == 1);
    CHECK(archive.layers()[0].tensors[0].dataset == "/model_weights/sequential_1/Conv1/kernel:0");
    CHECK(archive.layers()[0].tensors[0].shape == Shape{3, 3, 3, 16});
    CHECK(archive.layers()[1].name == "bn_Conv1");
    REQUIRE(archive.layers()[1].tensors.size() == 4);
    CHECK(archive.layers()[1].tensors[3].name == "bn_Conv1/moving_variance:0");
    CHECK(archive.layers()[104].tensors.at(0).shape == Shape{1280, 100});
    CHECK(archive.layers()[105].model == "sequential_3");
    CHECK(archive.layers()[105].tensors.at(0).shape == Shape{100, 2});
    CHECK(read_all(path) == 410'208 + 128'000 + 100 + 200);
  }
  if (const auto path = graft::test::data_file("squeezenet_1.1_notop.h5"); !path.empty()) {
    const Archive archive = Archive::open(path);  // layer_names and weight_names are there, no version
    CHECK(archive.keras_version().empty());
    CHECK(archive.layers().size() == 63);
    CHECK(archive.layers()[1].name == "conv1");
    CHECK(archive.layers()[1].tensors.at(0).name == "uniform1");
    CHECK(archive.layers()[4].tensors.at(1).dataset == "/fire2/squeeze1x1/fire2/squeeze1x1_b");
    CHECK(read_all(path) == 722'496);
  }
  if (const auto path = graft::test::data_file("mobilenet_v1_1.0_224_upto_conv_dw_13_relu.h5"); !path.empty())
    CHECK(read_all(path) == 2'176'192);
  if (const auto path = graft::test::data_file("mobilenet_v2_0.35_224_notop.h5"); !path.empty())
    CHECK(read_all(path) == 410'208);
}

}  // namespace archive_test
