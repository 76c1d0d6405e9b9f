// SPDX-License-Identifier: MIT
#include <graft/weights/archive.hpp>
#include <graft/weights/keras_h5_writer.hpp>

#include "h5_builder.hpp"
#include <bit>
#include <csignal>
#include <doctest/doctest.h>
#include <limits>
#include <sys/resource.h>
#include <sys/wait.h>

namespace keras_h5_writer_test {

using graft::Archive;
using graft::LayerData;
using graft::Shape;
using graft::detail::hdf5::Handle;
using graft::test::contains;

namespace {

/// Objects and attributes below `object`, one a line, with everything that h5dump -A would show but the
/// contents.
void describe(hid_t object, const std::string& path, std::string& out) {
  const auto type_text = [](hid_t type) {
    if (H5Tget_class(type) != H5T_STRING)
      return std::string{H5Tequal(type, H5T_IEEE_F64LE) > 0 ? "float64" : "float32"};
    const bool variable = H5Tis_variable_str(type) > 0;
    return std::string{variable ? "variable" : "fixed"} + " padding " + std::to_string(H5Tget_strpad(type)) +
           " charset " + std::to_string(H5Tget_cset(type));
  };
  const auto attributes = static_cast<hsize_t>(H5Aget_num_attrs(object));
  for (hsize_t i = 0; i < attributes; ++i) {
    const Handle attribute{
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT)};
    const Handle type{H5Aget_type(attribute.get())}, space{H5Aget_space(attribute.get())};
    char name[100];
    H5Aget_name(attribute.get(), sizeof name, name);
    out += path + " @" + name + " " + type_text(type.get()) + " rank " +
           std::to_string(H5Sget_simple_extent_ndims(space.get())) + "\n";
  }
  if (H5Iget_type(object) == H5I_DATASET) {
    const Handle type{H5Dget_type(object)}, creation{H5Dget_create_plist(object)};
    out += path + " " + type_text(type.get()) + " layout " + std::to_string(H5Pget_layout(creation.get())) +
           " filters " + std::to_string(H5Pget_nfilters(creation.get())) + "\n";
    return;
  }
  H5G_info_t group{};
  H5Gget_info(object, &group);
  for (hsize_t i = 0; i < group.nlinks; ++i) {
    char name[100];
    H5Lget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
    const Handle child{H5Oopen(object, name, H5P_DEFAULT)};
    describe(child.get(), path + "/" + name, out);
  }
}

std::string structure(const std::string& path) {
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)},
      root{H5Gopen2(file.get(), "/", H5P_DEFAULT)};
  std::string text;
  describe(root.get(), "", text);
  return text;
}

struct Model {
  std::vector<float> kernel = graft::test::H5Builder::counted(40),
                     bias{1.F, -0.F, std::numeric_limits<float>::denorm_min(),
                          std::numeric_limits<float>::quiet_NaN(), 1e38F};
  std::vector<LayerData> layers{{"input_1", {}},
                                {"dense", {{"dense/kernel:0", {8, 5}, kernel}, {"dense/bias:0", {5}, bias}}},
                                {"dropout", {}},
                                {"conv1/conv", {{"conv1/conv/kernel:0", {2, 2, 2, 5}, kernel}}}};
};

}  // namespace

TEST_CASE("what is written is read back bit for bit") {
  const graft::test::TempFolder folder;
  const Model model;
  const std::string path = folder / "model.h5";
  graft::write_keras_h5(path, R"({"class_name": "Sequential"})", R"({"loss": "mse"})", model.layers);
  const Archive archive = Archive::open(path);
  CHECK(archive.model_config() == R"({"class_name": "Sequential"})");
  CHECK(archive.keras_version() == graft::keras_h5_version);
  REQUIRE(archive.layers().size() == model.layers.size());
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const auto& layer = archive.layers()[i];
    CHECK(layer.name == model.layers[i].name);
    REQUIRE(layer.tensors.size() == model.layers[i].weights.size());
    for (std::size_t k = 0; k < layer.tensors.size(); ++k) {
      const auto& weight = model.layers[i].weights[k];
      CHECK(layer.tensors[k].name == weight.name);
      CHECK(layer.tensors[k].dataset == "/model_weights/" + layer.name + "/" + weight.name);
      CHECK(layer.tensors[k].shape == weight.shape);
      std::vector<float> read(weight.shape.size());
      archive.read(layer.tensors[k], read);
      CHECK(std::equal(read.begin(), read.end(), weight.values.begin(), [](float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
      }));
    }
  }
  // Equal models give equal files, and an open archive does not stand in the way of its file's replacement.
  const std::string first = graft::test::content(path);
  graft::write_keras_h5(path, R"({"class_name": "Sequential"})", R"({"loss": "mse"})", model.layers);
  CHECK(graft::test::content(path) == first);
  std::vector<float> read(5);
  archive.read(archive.layers()[1].tensors[1], read);
  CHECK(read[4] == 1e38F);
}

TEST_CASE("the structure of a file is Keras' own, to the encoding of each attribute") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "model.h5";
  const Model model;
  graft::write_keras_h5(path, "{}", "{}", model.layers);
  CHECK(structure(path) ==
        " @backend variable padding 0 charset 1 rank 0\n"
        " @keras_version variable padding 0 charset 1 rank 0\n"
        " @model_config variable padding 0 charset 0 rank 0\n"
        " @training_config variable padding 0 charset 0 rank 0\n"
        "/model_weights @backend variable padding 0 charset 0 rank 0\n"
        "/model_weights @keras_version variable padding 0 charset 0 rank 0\n"
        "/model_weights @layer_names fixed padding 1 charset 0 rank 1\n"
        "/model_weights/conv1/conv @weight_names fixed padding 1 charset 0 rank 1\n"
        "/model_weights/conv1/conv/conv1/conv/kernel:0 float32 layout 1 filters 0\n"
        "/model_weights/dense @weight_names fixed padding 1 charset 0 rank 1\n"
        "/model_weights/dense/dense/bias:0 float32 layout 1 filters 0\n"
        "/model_weights/dense/dense/kernel:0 float32 layout 1 filters 0\n"
        "/model_weights/dropout @weight_names float64 rank 1\n"
        "/model_weights/input_1 @weight_names float64 rank 1\n"
        "/model_weights/top_level_model_weights @weight_names float64 rank 1\n");
  graft::write_keras_h5(path, "{}", "", model.layers);
  CHECK_FALSE(contains(structure(path), "training_config"));
}

TEST_CASE("a file that Keras saved, written again, has the same structure") {
  const auto original = graft::test::data_file("teachable_machine_keras_model.h5");
  if (original.empty()) return;
  const Archive archive = Archive::open(original);
  std::vector<std::vector<float>> values;
  std::vector<LayerData> layers;
  for (const auto& layer : archive.layers()) {
    // The layers of a model that is a layer lie in its group.
    const std::string& group = layer.model.empty() ? layer.name : layer.model;
    if (layers.empty() || layers.back().name != group) layers.push_back({group, {}});
    for (const auto& tensor : layer.tensors) {
      values.emplace_back(tensor.shape.size());
      archive.read(tensor, values.back());
      layers.back().weights.push_back({tensor.name, tensor.shape, values.back()});
    }
  }
  const graft::test::TempFolder folder;
  graft::write_keras_h5(folder / "again.h5", archive.model_config(), "", layers);
  // Keras 2.4 had no top_level_model_weights yet.
  CHECK(structure(folder / "again.h5") ==
        structure(original.string()) +
            "/model_weights/top_level_model_weights @weight_names float64 rank 1\n");
  CHECK(Archive::open(folder / "again.h5").model_config() == archive.model_config());
}

TEST_CASE("what cannot be written leaves the old file and says why") {
  const graft::test::TempFolder folder;
  const std::string path = folder / "model.h5";
  Model model;
  graft::write_keras_h5(path, "{}", "", model.layers);
  const std::string before = graft::test::content(path);

  const auto refusal = [&](const std::string& target) -> std::string {
    try {
      graft::write_keras_h5(target, "{}", "", model.layers);
    } catch (const graft::OutputError& error) {
      return error.what();
    }
    return {};
  };
  CHECK(contains(refusal(folder / "none/model.h5"), "none/model.h5: expected a folder that exists"));
  CHECK(contains(refusal(folder.path.string()), "expected the name of a regular file"));
  const auto child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit limit{2048, 2048};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(contains(refusal(path), "model.h5: expected space on the disk for ") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);

  model.layers[1].weights[0].shape = {8, 6};
  CHECK(contains(refusal(path), "dense/kernel:0: expected 48 numbers, received 40"));
  model = Model{};
  model.layers.push_back(model.layers[1]);  // the same arrays twice
  CHECK(contains(refusal(path), "model.h5: expected an HDF5 file that can be built, received"));
  CHECK(graft::test::content(path) == before);
  CHECK(std::distance(graft::test::fs::directory_iterator{folder.path},
                      graft::test::fs::directory_iterator{}) == 1);
}

}  // namespace keras_h5_writer_test
