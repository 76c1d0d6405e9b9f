// SPDX-License-Identifier: MIT
// Also tests weights/keras_zip_reader.hpp: the same layout, with a description beside it.
#include <graft/weights/archive.hpp>

#include "zip_builder.hpp"
#include <doctest/doctest.h>

namespace keras_v3_reader_test {

using graft::Archive;
using graft::LayerOrder;
using graft::Shape;
using graft::test::contains;
using graft::test::H5Builder;

namespace {

/// A layer as Keras 3 writes it: a group vars with a name and arrays 0, 1, …
void layer(const H5Builder& file, const std::string& group, const std::string& name,
           const std::vector<std::vector<hsize_t>>& shapes) {
  file.group(group + "/vars");
  if (!name.empty()) file.scalar(group + "/vars", "name", name);
  for (std::size_t i = 0; i < shapes.size(); ++i)
    file.numbers(group + "/vars/" + std::to_string(i), shapes[i]);
}

std::string names(const Archive& archive) {
  std::string text;
  for (const auto& found : archive.layers())
    text += found.name + "(" + std::to_string(found.tensors.size()) + ") ";
  return text;
}

template <class Write>
Archive written(const graft::test::TempFolder& folder, Write write) {
  {
    const H5Builder file{folder / "x.weights.h5"};
    write(file);
  }
  return Archive::open(folder / "x.weights.h5");
}

template <class Write>
std::string why(const graft::test::TempFolder& folder, Write write) {
  return graft::test::refusal([&] { written(folder, write); });
}

/// A layer of config.json.
std::string config(const std::string& keras_class, const std::string& name, const std::string& layers = "") {
  return R"({"class_name": ")" + keras_class + R"(", "config": {"name": ")" + name + "\"" +
         (layers.empty() ? "" : R"(, "layers": [)" + layers + "]") + "}}";
}

}  // namespace

TEST_CASE("layers by class and number, not by the order of the file's links") {
  const graft::test::TempFolder folder;
  const Archive archive = written(folder, [](const H5Builder& file) {
    for (int i = 11; i >= 0; --i)
      layer(file, "/layers/conv2d" + (i == 0 ? "" : "_" + std::to_string(i)), "c" + std::to_string(i),
            {{1, 1, 2, 3}, {3}});
    layer(file, "/layers/dense", "d", {{3, 4}, {4}});
    layer(file, "/layers/flatten", "f", {});
    layer(file, "/layers/dropout", "e", {});
    file.numbers("/layers/dropout/seed_generator/vars/0", {2},
                 H5T_STD_I64LE);  // passed over, as the optimizer
    file.numbers("/optimizer/vars/0", {}, H5T_STD_I64LE);
    file.group("/vars");
  });
  CHECK(archive.format() == graft::ArchiveFormat::keras_weights_h5);
  CHECK(archive.order() == LayerOrder::of_class);
  CHECK(names(archive) ==
        "c0(2) c1(2) c2(2) c3(2) c4(2) c5(2) c6(2) c7(2) c8(2) c9(2) c10(2) c11(2) d(2) e(0) f(0) ");
  const auto& tensor = archive.layers()[2].tensors.at(1);
  CHECK(archive.layers()[2].keras_class == "conv2d");
  CHECK(tensor.name == "1");
  CHECK(tensor.dataset == "/layers/conv2d_2/vars/1");
  CHECK(tensor.shape == Shape{3});
  std::vector<float> values(3);
  archive.read(tensor, values);
  CHECK(values == H5Builder::counted(3));
}

TEST_CASE("files without names, of TensorFlow 2.12, and with the paths of Windows") {
  const graft::test::TempFolder folder;
  CHECK(names(written(folder, [](const H5Builder& file) {
          layer(file, "/layers/dense", "", {{3, 4}});
          layer(file, "/layers/dense_1", "", {{4, 2}});
        })) == "layers/dense(1) layers/dense_1(1) ");
  CHECK(names(written(folder, [](const H5Builder& file) {
          layer(file, "/_layer_checkpoint_dependencies/dense", "", {{3, 4}});
          layer(file, "/_layer_checkpoint_dependencies/dense_2", "", {{4, 2}});
          layer(file, "/_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/conv2d", "",
                {{1}});
        })) == "layers/dense(1) layers/dense_2(1) layers/functional/conv2d(1) ");
  CHECK(names(written(folder, [](const H5Builder& file) {
          layer(file, "/layers\\functional\\layers\\dense", "", {{3, 4}});
          layer(file, "/layers\\dropout", "", {});
        })) == "layers/dropout(0) layers/functional/dense(1) ");
}

TEST_CASE("bfloat16 is told by an attribute") {
  const graft::test::TempFolder folder;
  const Archive archive = written(folder, [](const H5Builder& file) {
    file.group("/layers/dense/vars");
    const graft::test::Handle opaque{H5Tcreate(H5T_OPAQUE, 2)};
    const auto set = file.dataset("/layers/dense/vars/0", {2}, opaque.get());
    const unsigned char bytes[4] = {0x80, 0x3f, 0x00, 0xc0};
    REQUIRE(H5Dwrite(set.get(), opaque.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0);
    file.scalar("/layers/dense/vars/0", "dtype", "bfloat16");
  });
  std::vector<float> values(2);
  archive.read(archive.layers().at(0).tensors.at(0), values);
  CHECK(values == std::vector{1.F, -2.F});
}

TEST_CASE("models in a model: the order is known of those of one class only") {
  const graft::test::TempFolder folder;
  {
    const Archive two = written(folder, [](const H5Builder& file) {
      layer(file, "/layers/sequential/layers/dense", "a", {{3, 4}});
      layer(file, "/layers/sequential_1/layers/dense", "b", {{4, 2}});
      layer(file, "/layers/sequential_1/layers/dense_1", "b", {{4, 2}});
    });
    CHECK(two.order() == LayerOrder::of_class);
    CHECK(names(two) ==
          "a(1) layers/sequential_1/dense(1) layers/sequential_1/dense_1(1) ");  // b twice is no name
  }
  const auto unknown = [](const H5Builder& file) {
    layer(file, "/layers/functional/layers/dense", "inner", {{3, 4}});
    layer(file, "/layers/dense", "outer", {{4, 2}});
  };
  CHECK(written(folder, unknown).order() == LayerOrder::none);

  // With a description it is known, and names are those of the description.
  const std::string whole =
      config("Functional", "model",
             config("InputLayer", "in") + "," + config("Functional", "base", config("Dense", "first")) + "," +
                 config("Flatten", "flat") + "," + config("Dense", "last"));
  const std::string h5 = graft::test::content(folder / "x.weights.h5");
  graft::test::store(folder / "x", graft::test::zip({{"config.json", whole},
                                                     {"metadata.json", R"({"keras_version": "3.5.0"})"},
                                                     {"model.weights.h5", h5}}));
  const Archive archive = Archive::open(folder / "x");
  CHECK(archive.format() == graft::ArchiveFormat::keras_zip);
  CHECK(archive.order() == LayerOrder::of_model);
  CHECK(archive.keras_version() == "3.5.0");
  CHECK(contains(archive.model_config(), R"("name":"base")"));
  CHECK(names(archive) == "first(1) last(1) ");
  std::vector<float> values(8);
  archive.read(archive.layers()[1].tensors[0], values);
  CHECK(values == H5Builder::counted(8));
}

TEST_CASE("numbers with gaps follow the description where each layer has a group") {
  const graft::test::TempFolder folder;
  written(folder, [](const H5Builder& file) {
    layer(file, "/layers/dense", "", {{1, 2}});
    layer(file, "/layers/dense_2", "", {{2, 3}});
    layer(file, "/layers/dense_10", "", {{3, 4}});
    layer(file, "/layers/conv2d", "", {{1}});  // not in the description: comes last
  });
  graft::test::store(
      folder / "x.keras",
      graft::test::zip({{"config.json", config("Sequential", "s",
                                               config("Dense", "a") + "," + config("Dense", "b") + "," +
                                                   config("Dense", "c"))},
                        {"model.weights.h5", graft::test::content(folder / "x.weights.h5")}}));
  const Archive archive = Archive::open(folder / "x.keras");
  CHECK(names(archive) == "a(1) b(1) c(1) layers/conv2d(1) ");
  CHECK(archive.layers()[2].tensors[0].shape == Shape{3, 4});
}

TEST_CASE("an .h5 of Keras 3 that is not as it should be is refused by the object's name") {
  const graft::test::TempFolder folder;
  CHECK(
      contains(why(folder, [](const H5Builder& file) { file.numbers("/layers/dense/vars/1", {2}); }),
               "x.weights.h5: /layers/dense/vars/0: expected an object '0', received nothing of that name"));
  CHECK(contains(
      why(folder, [](const H5Builder& file) { file.numbers("/layers/dense/vars/0", {2}, H5T_STD_I64LE); }),
      "/layers/dense/vars/0: expected float16, bfloat16, float32 or float64 numbers, received integers"));
  CHECK(contains(why(folder,
                     [](const H5Builder& file) {
                       layer(file, "/layers/dense", "", {{2}});
                       H5Lcreate_soft("/layers/dense", file.file(), "/layers/dense_1", H5P_DEFAULT,
                                      H5P_DEFAULT);
                     }),
                 "/layers/dense_1: expected an object stored in this file, received a soft link"));
  CHECK(contains(why(folder,
                     [](const H5Builder& file) {
                       file.group("/layers/dense/vars");
                       H5Lcreate_external("other.h5", "/x", file.file(), "/layers/dense/vars/0", H5P_DEFAULT,
                                          H5P_DEFAULT);
                     }),
                 "/layers/dense/vars/0: expected an object stored in this file, received an external link"));
  CHECK(contains(why(folder,
                     [](const H5Builder& file) {
                       file.group("/layers/functional");
                       H5Lcreate_hard(file.file(), "/layers", file.file(), "/layers/functional/layers",
                                      H5P_DEFAULT, H5P_DEFAULT);
                     }),
                 "expected at most 64 levels, received more"));
  // More than the file stores: chunks that were never written.
  CHECK(contains(why(folder,
                     [](const H5Builder& file) {
                       const auto chunks = graft::test::deflated_chunks({1 << 10, 1 << 10});
                       file.group("/layers/dense/vars");
                       file.dataset("/layers/dense/vars/0", {hsize_t{1} << 20, hsize_t{1} << 20},
                                    H5T_IEEE_F32LE, chunks.get());
                     }),
                 "/layers/dense/vars/0: expected 1048576 stored chunks, received 0"));
  CHECK(contains(why(folder,
                     [](const H5Builder& file) {
                       const graft::test::Handle creation{H5Pcreate(H5P_DATASET_CREATE)};
                       const hsize_t extent = 4;
                       const graft::test::Handle space{H5Screate_simple(1, &extent, nullptr)};
                       H5Pset_virtual(creation.get(), space.get(), "other.h5", "/x", space.get());
                       file.group("/layers/dense/vars");
                       file.dataset("/layers/dense/vars/0", {4}, H5T_IEEE_F32LE, creation.get());
                     }),
                 "/layers/dense/vars/0: expected numbers stored in this file, received a virtual dataset"));
}

TEST_CASE("a .keras that is not as it should be is refused, naming the member") {
  const graft::test::TempFolder folder;
  written(folder, [](const H5Builder& file) { layer(file, "/layers/dense", "d", {{1, 2}}); });
  const std::string h5 = graft::test::content(folder / "x.weights.h5"), path = folder / "x.keras";
  const std::string model = config("Sequential", "s", config("Dense", "d"));
  const auto refused = [&](const std::vector<graft::test::ZipMember>& members) {
    graft::test::store(path, graft::test::zip(members));
    const std::string text = graft::test::refusal([&] { Archive::open(path); });
    CHECK((text.empty() || text.starts_with(path + ": ")));
    return text;
  };
  CHECK(refused({{"config.json", model}, {"model.weights.h5", h5}}).empty());
  CHECK(contains(refused({{"model.weights.h5", h5}}),
                 "expected a member config.json, received a ZIP archive without one"));
  CHECK(contains(refused({{"config.json", model}}), "expected a member model.weights.h5"));
  CHECK(contains(refused({}), "x.keras: expected "));
  CHECK(contains(refused({{"config.json", "{}"}, {"model.weights.h5", h5}}),
                 "config.json: expected a model with config.layers, received {}"));
  CHECK(contains(refused({{"config.json", R"({"config": {"layers": [1]}})"}, {"model.weights.h5", h5}}),
                 "config.json: expected a model"));
  CHECK(contains(refused({{"config.json", "no"}, {"model.weights.h5", h5}}), "config.json: expected JSON"));
  CHECK(contains(refused({{"config.json", R"({"a": 1, "a": 2})"}, {"model.weights.h5", h5}}),
                 "config.json: expected keys of different names"));
  CHECK(contains(refused({{"config.json", model}, {"model.weights.h5", "PK"}}),
                 "x.keras: model.weights.h5: expected an HDF5 file"));
  CHECK(contains(refused({{"config.json", model}, {"model.weights.h5", h5.substr(0, h5.size() - 100)}}),
                 "x.keras: model.weights.h5: expected a complete HDF5 file"));
  CHECK(contains(refused({{"config.json", model}, {"model.weights.h5", h5}, {"../evil", "x"}}),
                 "expected a path of plain names"));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep = config("Functional", "f", deep.empty() ? config("Dense", "d") : deep);
  CHECK(contains(refused({{"config.json", deep}, {"model.weights.h5", h5}}),
                 "expected at most 32 models in each other"));
  for (const char* odd : {R"({"config": {"layers": [{"config": 1}]}})",
                          R"({"config": {"layers": [{"class_name": 1, "config": {"name": 2}}]}})"})
    CHECK(refused({{"config.json", odd}, {"model.weights.h5", h5}})
              .empty());  // describes nothing that is in the file

  const std::string whole = graft::test::zip({{"config.json", model}, {"model.weights.h5", h5}});
  for (std::size_t length = 0; length < whole.size(); length += 11) {
    graft::test::store(path, whole.substr(0, length));
    CHECK(!graft::test::refusal([&] { Archive::open(path); }).empty());
  }
}

}  // namespace keras_v3_reader_test
