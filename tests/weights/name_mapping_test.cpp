// SPDX-License-Identifier: MIT
#include <graft/weights/archive.hpp>
#include <graft/weights/name_mapping.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>
#include <functional>
#include <map>
#include <random>

namespace name_mapping_test {

using graft::ArchiveLayer;
using graft::ExpectedLayer;
using graft::LayerOrder;
using graft::match_layers;
using graft::Shape;
using graft::WeightMismatch;
using graft::test::contains;
using Layers = std::vector<ArchiveLayer>;
using Expected = std::vector<ExpectedLayer>;

namespace {

/// The layers of a file that has what the model expects, under names of another generation.
Layers stored(const Expected& expected, const std::function<std::string(const std::string&)>& rename = {}) {
  Layers layers;
  for (const auto& layer : expected) {
    const std::string name = rename ? rename(layer.name) : layer.name;
    ArchiveLayer made{name, {}};
    for (const auto& parameter : layer.parameters)
      made.tensors.push_back({name + "/" + parameter.name + ":0",
                              "/" + name + "/" + name + "/" + parameter.name + ":0", parameter.shape,
                              graft::ElementType::float32});
    layers.push_back(made);
  }
  return layers;
}

/// Renumbers automatic names: "conv2d_7" becomes "conv2d_<7 + shift>", and number 0 is left out.
std::function<std::string(const std::string&)> shifted(int shift) {
  return [shift](const std::string& name) {
    const auto [family, number] = graft::detail::layer_number(name);
    const int moved = static_cast<int>(number) + shift;
    return std::string{family} + (moved == 0 ? "" : "_" + std::to_string(moved));
  };
}

/// Whether every expected layer was given the stored layer at the same position.
bool in_order(const Layers& layers, const Expected& expected) {
  const auto matches = match_layers("file.h5", layers, LayerOrder::of_model, expected);
  if (matches.size() != expected.size()) return false;
  for (std::size_t i = 0; i < matches.size(); ++i)
    if (matches[i].expected != &expected[i] || matches[i].found != &layers[i]) return false;
  return true;
}

std::string why(const Layers& layers, const Expected& expected) {
  return graft::test::refusal([&] { match_layers("file.h5", layers, LayerOrder::of_model, expected); });
}

ExpectedLayer conv(int number, const Shape& kernel) {
  return {"conv2d_" + std::to_string(number), {{"kernel", kernel}}};
}

ExpectedLayer norm(int number, std::size_t channels) {
  return {"batch_normalization_" + std::to_string(number),
          {{"beta", {channels}}, {"moving_mean", {channels}}, {"moving_variance", {channels}}}};
}

/// A stem and two branches, in Keras' order, which is not that of the numbers; branches have equal shapes.
Expected branched() {
  return {conv(1, {3, 3, 3, 8}),
          norm(1, 8),
          conv(3, {1, 1, 8, 8}),
          norm(3, 8),
          conv(2, {1, 1, 8, 8}),
          conv(4, {3, 3, 8, 8}),
          norm(2, 8),
          norm(4, 8)};
}

}  // namespace

TEST_CASE("a name with a slash matches Keras 3's, which has none") {
  const Expected expected{{"conv1/conv", {{"kernel", {7, 7, 3, 8}}}},
                          {"fire2/squeeze1x1", {{"kernel", {1, 1, 8, 8}}}},
                          {"fire3/squeeze1x1", {{"kernel", {1, 1, 8, 8}}}}};
  Layers layers = stored(expected, [](std::string name) {
    std::replace(name.begin(), name.end(), '/', '_');
    return name;
  });
  CHECK(in_order(layers, expected));
  std::swap(layers[1], layers[2]);
  CHECK(match_layers("file.h5", layers, LayerOrder::of_model, expected)[1].found == &layers[2]);
  CHECK(match_layers("file.h5", stored(expected), LayerOrder::of_model, expected).size() == 3);
}

TEST_CASE("equal names match in any order of the file") {
  const Expected expected = branched();
  Layers layers = stored(expected);
  CHECK(in_order(layers, expected));
  std::mt19937 random{1};
  std::shuffle(layers.begin(), layers.end(), random);
  for (const auto& [wanted, found] : match_layers("file.h5", layers, LayerOrder::of_model, expected))
    CHECK(wanted->name == found->name);
}

TEST_CASE("other offsets of the automatic numbers match by order") {
  const Expected expected = branched();
  CHECK(in_order(stored(expected, shifted(-1)), expected));  // TensorFlow 2: conv2d, conv2d_1, …
  CHECK(in_order(stored(expected, shifted(1)), expected));
  CHECK(in_order(stored(expected, shifted(94)), expected));  // the second model of one process
  // The other way round: a model numbered as TensorFlow 2 does, a file of Keras 2.
  Expected tensorflow = expected;
  for (auto& layer : tensorflow) layer.name = shifted(-1)(layer.name);
  CHECK(in_order(stored(expected), tensorflow));
  // Each family has its own offset; TensorFlow 1.13's name of batch normalisation.
  CHECK(in_order(stored(expected,
                        [](const std::string& name) {
                          if (name.starts_with("conv2d")) return shifted(10)(name);
                          return "batch_normalization_v1" + shifted(-1)(name).substr(19);
                        }),
                 expected));
}

TEST_CASE("names without automatic numbers match by order") {
  int count = 0;
  const auto expected = branched();
  CHECK(in_order(
      stored(expected, [&](const std::string&) { return "mobl" + std::to_string(count++) + "_conv"; }),
      expected));
}

TEST_CASE("a cut model is found at the beginning of a longer file, and weightless layers are skipped") {
  const Expected whole = branched();
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const Expected cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK(in_order(stored(whole), cut));
  }
  // Numbers need all of a family to be told apart: these cuts have the stem and both first convolutions.
  for (const std::size_t length : {2U, 5U, 8U}) {
    const Expected cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK(in_order(stored(whole, shifted(-1)), cut));
  }
  Layers with_inputs = stored(whole, shifted(-1));
  with_inputs.insert(with_inputs.begin(), {"input_1", {}});
  with_inputs.insert(with_inputs.begin() + 2, {"activation_1", {}});
  Expected with_flatten = whole;
  with_flatten.insert(with_flatten.begin() + 3, {"flatten_1", {}});
  const auto matches = match_layers("file.h5", with_inputs, LayerOrder::of_model, with_flatten);
  REQUIRE(matches.size() == whole.size());
  CHECK(matches[0].found->name == "conv2d");
  CHECK(matches[7].found->name == "batch_normalization_3");
  CHECK(match_layers("file.h5", with_inputs, LayerOrder::of_model, Expected{}).empty());
}

TEST_CASE("a branch alone is found by its names, or by its numbers where order cannot fit") {
  const Expected whole = branched();
  Expected other_shapes = whole;
  other_shapes[2].parameters[0].shape = {1, 1, 8, 4};  // conv2d_3 now differs from conv2d_2
  other_shapes[3] = norm(3, 4);
  const auto pick = [](const Expected& from) { return Expected{from[0], from[1], from[4], from[6]}; };
  const auto found = [](const Layers& layers, const Expected& expected) {
    std::string names;
    for (const auto& match : match_layers("file.h5", layers, LayerOrder::of_model, expected))
      names += match.found->name + " ";
    return names;
  };
  CHECK(found(stored(whole), pick(whole)) ==
        "conv2d_1 batch_normalization_1 conv2d_2 batch_normalization_2 ");
  CHECK(found(stored(other_shapes, shifted(-1)), pick(other_shapes)) ==
        "conv2d batch_normalization conv2d_1 batch_normalization_1 ");
  // With equal shapes nothing decides: Keras would take conv2d_3's weights here without a word.
  CHECK(contains(
      why(stored(whole, shifted(-1)), pick(whole)),
      "file.h5: conv2d_2: expected layers whose order and automatic numbers agree, received conv2d_2 by "
      "order and conv2d_1 by number"));
}

TEST_CASE("a file that is ordered by class: the order of each class counts, and names that agree with it") {
  Expected expected = branched();
  for (auto& layer : expected) layer.keras_class = graft::detail::layer_number(layer.name).family;
  Layers layers = stored(
      expected, [count = 0](const std::string&) mutable { return "layers/" + std::to_string(count++); });
  for (std::size_t i = 0; i < layers.size(); ++i) layers[i].keras_class = expected[i].keras_class;
  // All convolutions, then all normalisations.
  const auto is_convolution = [](const ArchiveLayer& layer) { return layer.keras_class == "conv2d"; };
  std::stable_partition(layers.begin(), layers.end(), is_convolution);
  const auto matched = [&](const Expected& wanted) {
    std::string names;
    for (const auto& match : match_layers("file.h5", layers, LayerOrder::of_class, wanted))
      names += match.expected->name + "=" + match.found->name + " ";
    return names;
  };
  CHECK(matched({expected.begin(), expected.begin() + 4}) ==
        "conv2d_1=layers/0 batch_normalization_1=layers/1 conv2d_3=layers/2 batch_normalization_3=layers/3 ");
  CHECK(matched(expected).ends_with("batch_normalization_4=layers/7 "));

  const auto refused = [&] {
    return graft::test::refusal([&] { match_layers("file.h5", layers, LayerOrder::of_class, expected); });
  };
  layers.pop_back();
  CHECK(contains(
      refused(),
      "batch_normalization_4: expected layer batch_normalization_4 with beta (8,), moving_mean (8,), "
      "moving_variance (8,), received no more layers of that class"));
  layers[0].tensors[0].shape = {3, 3, 3, 9};
  CHECK(contains(refused(), "conv2d_1/kernel: expected (3, 3, 3, 8), received (3, 3, 3, 9)"));

  // Names of TensorFlow that disagree with the order are noticed.
  layers = stored(expected, shifted(-1));
  for (std::size_t i = 0; i < layers.size(); ++i) layers[i].keras_class = expected[i].keras_class;
  CHECK_NOTHROW(match_layers("file.h5", layers, LayerOrder::of_class, expected));
  std::swap(layers[2], layers[4]);  // conv2d_2 and conv2d_1, of one shape
  CHECK(contains(refused(), "expected layers whose order and automatic numbers agree"));
}

TEST_CASE("a file without an order: names and automatic numbers alone count") {
  const Expected expected = branched();
  const auto match = [&](const Layers& layers) {
    return graft::test::refusal([&] {
      for (const auto& [wanted, found] : match_layers("x.safetensors", layers, LayerOrder::none, expected))
        CHECK(graft::detail::layer_number(found->name).number + 1 ==
              graft::detail::layer_number(wanted->name).number + (found->name == wanted->name ? 1 : 0));
    });
  };
  std::mt19937 random{2};
  for (const int shift : {0, -1}) {
    Layers layers = stored(expected, shifted(shift));
    std::shuffle(layers.begin(), layers.end(), random);
    CHECK(match(layers).empty());
  }
  int count = 0;
  CHECK(contains(
      match(stored(expected, [&](const std::string&) { return "layer" + std::to_string(count++) + "x"; })),
      "x.safetensors: conv2d_1: expected layer conv2d_1 with kernel (3, 3, 3, 8), received no layer of that "
      "name"));
}

TEST_CASE("layers swapped under another offset: shapes decide, or the file is refused") {
  const Expected expected = branched();
  Layers equal_shapes = stored(expected, shifted(-1));
  std::swap(equal_shapes[2], equal_shapes[4]);  // conv2d_2 and conv2d_1, both 1x1x8x8
  CHECK(contains(why(equal_shapes, expected),
                 "file.h5: conv2d_3: expected layers whose order and automatic numbers"));

  Layers other_shapes = stored(expected, shifted(-1));
  std::swap(other_shapes[4], other_shapes[5]);  // 1x1 and 3x3: order does not fit, numbers do
  const auto matches = match_layers("file.h5", other_shapes, LayerOrder::of_model, expected);
  CHECK(matches[4].found->name == "conv2d_1");
  CHECK(matches[5].found->name == "conv2d_3");

  Layers renumbered = stored(expected, shifted(-1));
  std::swap(renumbered[4].name, renumbered[5].name);  // numbers do not fit, Keras' order does
  CHECK(in_order(renumbered, expected));
}

TEST_CASE("the first mismatch is reported with names and shapes") {
  const Expected expected = branched();
  Layers layers = stored(expected);
  layers[4].tensors[0].shape = {1, 1, 8, 9};
  layers[7].tensors[0].shape = {9};
  try {
    match_layers("weights.h5", layers, LayerOrder::of_model, expected);
    FAIL("a wrong shape was accepted");
  } catch (const WeightMismatch& mismatch) {
    CHECK(mismatch.name == "conv2d_2/kernel");
    CHECK(mismatch.expected == "(1, 1, 8, 8)");
    CHECK(mismatch.found == "(1, 1, 8, 9) in /conv2d_2/conv2d_2/kernel:0");
    CHECK(std::string{mismatch.what()} ==
          "weights.h5: conv2d_2/kernel: expected (1, 1, 8, 8), received (1, 1, 8, 9) in "
          "/conv2d_2/conv2d_2/kernel:0");
  }
  layers = stored(expected, shifted(30));
  layers[4].tensors[0].shape = {1, 1, 8, 9};
  CHECK(contains(why(layers, expected),
                 "conv2d_2/kernel: expected (1, 1, 8, 8), received (1, 1, 8, 9) in /conv2d_32/"));
}

TEST_CASE("a file with too few layers, none, or one missing in the middle") {
  const Expected expected = branched();
  for (const int shift : {0, 7}) {
    Layers layers = stored(expected, shifted(shift));
    const std::string last = layers[4].name;
    layers.resize(5);
    CHECK(contains(why(layers, expected),
                   "conv2d_4: expected layer conv2d_4 with kernel (3, 3, 8, 8), received the "
                   "end of the file after layer " +
                       last));
  }
  CHECK(contains(why({}, expected),
                 "expected layer conv2d_1 with kernel (3, 3, 3, 8), received a file without weights"));
  Layers layers = stored(expected);
  layers.erase(layers.begin() + 4);
  CHECK(contains(why(layers, expected),
                 "expected layer conv2d_2 with kernel (1, 1, 8, 8), received no layer of that name"));
}

TEST_CASE("another count of arrays, and the gamma of the older Inception v3") {
  const Expected expected = branched();
  for (const int shift : {0, -1}) {
    Layers layers = stored(expected, shifted(shift));
    for (auto& layer : layers)
      if (layer.tensors.size() == 3)
        layer.tensors.insert(layer.tensors.begin(),
                             {layer.name + "/gamma:0", "/x", layer.tensors[0].shape, {}});
    const std::string text = why(layers, expected);
    CHECK(contains(
        text,
        "batch_normalization_1: expected layer batch_normalization_1 with beta (8,), moving_mean (8,)"));
    CHECK(contains(text, "Inception v3's release v0.2"));
  }
  Layers layers = stored(expected);
  layers[0].tensors.push_back({"conv2d_1/bias:0", "/x", {8}, {}});
  CHECK(contains(why(layers, expected), "received layer conv2d_1 with kernel (3, 3, 3, 8), bias (8,)"));
}

TEST_CASE("VGG's file of Keras 1: names are kept, parameters are called otherwise") {
  const Expected expected{{"block1_conv1", {{"kernel", {3, 3, 3, 64}}, {"bias", {64}}}},
                          {"block1_conv2", {{"kernel", {3, 3, 64, 64}}, {"bias", {64}}}}};
  const graft::test::TempFolder folder;
  const auto write = [&](const std::string& path, const char* first, const char* second) {
    const graft::test::H5Builder file{path};
    file.fixed("/", "layer_names", {"input_1", "block1_conv1", "block1_conv2", "block1_pool"});
    for (const std::string layer : {"input_1", "block1_pool"}) {
      file.group("/" + layer);
      file.empty_list("/" + layer, "weight_names");
    }
    for (const std::string layer : {"block1_conv1", "block1_conv2"}) {
      file.group("/" + layer);
      file.fixed("/" + layer, "weight_names", {layer + first, layer + second});
      const hsize_t inputs = layer == "block1_conv1" ? 3 : 64;
      file.numbers("/" + layer + "/" + layer + "_W_1:0", {3, 3, inputs, 64});
      file.numbers("/" + layer + "/" + layer + "_b_1:0", {64});
    }
  };
  const std::string path = folder / "vgg.h5", swapped = folder / "swapped.h5";
  write(path, "_W_1:0", "_b_1:0");
  const auto archive = graft::Archive::open(path);
  const auto matches = match_layers(path, archive.layers(), archive.order(), expected);
  REQUIRE(matches.size() == 2);
  CHECK(matches[1].found->tensors[0].dataset == "/block1_conv2/block1_conv2_W_1:0");
  CHECK(matches[1].found->tensors[1].dataset == "/block1_conv2/block1_conv2_b_1:0");
  write(swapped, "_b_1:0", "_W_1:0");
  CHECK(contains(why(graft::Archive::open(swapped).layers(), expected),
                 "block1_conv1/kernel: expected kernel, received block1_conv1_b_1:0 of layer block1_conv1"));
}

TEST_CASE("Inception v3: Keras' order of layers, offsets, cuts, and branches in the wrong order") {
  const auto path = graft::test::data_file("inception_v3_notop.h5");
  if (path.empty()) return;
  const auto archive = graft::Archive::open(path);
  Expected expected;
  std::vector<std::size_t> convolutions;
  for (const auto& layer : archive.layers()) {
    if (layer.tensors.empty()) continue;
    expected.push_back({layer.name, {}});
    for (const auto& tensor : layer.tensors)
      expected.back().parameters.push_back(
          {std::string{graft::detail::base_name(tensor.name)}, tensor.shape});
    const auto [family, number] = graft::detail::layer_number(layer.name);
    if (family == "conv2d") convolutions.push_back(number);
  }
  REQUIRE(expected.size() == 188);
  // By depth from the output, ties in the order of a walk from it (Keras' map_graph); not by number.
  const std::vector<std::size_t> order{
      1,  2,  3,  4,  5,  9,  7,  10, 6,  8,  11, 12, 16, 14, 17, 13, 15, 18, 19, 23, 21, 24, 20, 22,
      25, 26, 28, 29, 27, 30, 35, 36, 32, 37, 33, 38, 31, 34, 39, 40, 45, 46, 42, 47, 43, 48, 41, 44,
      49, 50, 55, 56, 52, 57, 53, 58, 51, 54, 59, 60, 65, 66, 62, 67, 63, 68, 61, 64, 69, 70, 73, 74,
      71, 75, 72, 76, 81, 78, 82, 79, 80, 83, 84, 77, 85, 90, 87, 91, 88, 89, 92, 93, 86, 94};
  CHECK(convolutions == order);

  const Expected mixed7(expected.begin(), expected.begin() + 140);
  CHECK(mixed7.back().name == "batch_normalization_70");
  for (const int shift : {0, -1, 94}) {
    const Layers layers = stored(expected, shifted(shift));
    CHECK(in_order(layers, expected));
    CHECK(in_order(layers, mixed7));
  }
  // Every pair of neighbours of equal shape, swapped in a file of TensorFlow 2, is noticed.
  int swaps = 0;
  for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
    Layers layers = stored(expected, shifted(-1));
    std::swap(layers[i], layers[i + 1]);
    if (layers[i].tensors.size() != layers[i + 1].tensors.size()) continue;
    if (layers[i].tensors[0].shape != layers[i + 1].tensors[0].shape) continue;
    CHECK(contains(why(layers, expected), "expected layers whose order and automatic numbers agree"));
    ++swaps;
  }
  CHECK(swaps > 10);

  const auto f16 = graft::test::data_file("inception_v3_mixed7_f16.h5");
  if (f16.empty()) return;
  const auto small = graft::Archive::open(f16);
  CHECK(match_layers(small.file(), small.layers(), small.order(), mixed7).back().found->name ==
        "batch_normalization_70");
  CHECK(contains(
      why(small.layers(), expected),
      "expected layer conv2d_73 with kernel (1, 1, 768, 192), received the end of the file after layer "
      "batch_normalization_70"));
  if (const auto other = graft::test::data_file("mobilenet_v2_0.35_224_notop.h5"); !other.empty())
    CHECK(
        contains(why(graft::Archive::open(other).layers(), expected),
                 "conv2d_1/kernel: expected (3, 3, 3, 32), received (3, 3, 3, 16) in /Conv1/Conv1/kernel:0"));
}

}  // namespace name_mapping_test
