// SPDX-License-Identifier: MIT
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>
#include <graft/weights/check_config.hpp>
#include <graft/weights/nested_models.hpp>

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace check_config_test {

using namespace graft;

namespace {

using Normalization = BatchNormalization<Epsilon<std::ratio<1001, 100000000>>>;
template <class First, class Branch, class Pool, class Out>
struct NetworkOf {
  static constexpr Shape input_shape{9, 10, 3};
  using layers =
      Sequential<First, Normalization, Activation<Relu6>, Add<Sequential<>, Branch>, Pool, Flatten, Out>;
};
using First = Sequential<ZeroPadding2D<0, 1, 0, 1>, Conv2D<4, Kernel<3>, Strides<2>, NoBias>>;
using Branch = Conv2D<4, Kernel<1>, Relu>;
using Out = Sequential<Dropout<50>, Dense<2, Softmax>>;
using Net = NetworkOf<First, Branch, MaxPooling2D<Kernel<2>>, Out>;

template <class Clip>
struct CutOf {
  static constexpr Shape input_shape{9, 10, 3};
  using layers = Sequential<First, Normalization, Activation<Clip>>;
};

std::string golden(const std::string& name) {
  std::ifstream file{std::filesystem::path{GRAFT_SOURCE_DIR} / "tests/golden/configs" / (name + ".json")};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
  const auto place = text.find(old);
  REQUIRE_MESSAGE(place != std::string::npos, old);
  return text.replace(place, old.size(), by);
}

// The weights of the golden models as a file lists them; nested: inside two models.
std::vector<ArchiveLayer> stored(bool nested) {
  std::vector<ArchiveLayer> layers;
  for (const std::string name : {"first", "normal", "branch", "out"})
    layers.push_back({name, {{"kernel:0", name, {1}}}, {}, !nested ? "" : name == "out" ? "top" : "base"});
  return layers;
}

// What check_config says of a network and a model_config; empty: it fits.
template <class N>
std::string said(const std::string& config, bool nested = false) {
  std::vector<ExpectedLayer> expected;
  for (const char* name : {"conv2d_1", "batch_normalization_1", "conv2d_2", "dense_1"})
    expected.push_back({name, {}});
  const auto files = stored(nested);
  std::vector<Match> matches;
  for (std::size_t i = 0; i < files.size(); ++i) matches.push_back({&expected[i], &files[i]});
  try {
    const auto network = detail::network_layers<N>();
    detail::check_config("m.h5", config, {&network, 1}, matches);
  } catch (const ArchiveError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a model fits its configuration of both generations of Keras, flat and nested") {
  for (const std::string generation : {"keras2", "keras3"}) {
    CAPTURE(generation);
    CHECK(said<Net>(golden(generation + "_flat")).empty());
    CHECK(said<Net>(golden(generation + "_nested"), true).empty());
  }
}

TEST_CASE("zeros before a convolution count together with its own, as far as its windows reach") {
  const std::string config = golden("keras2_flat");
  // 9 x 10 pixels with a row and a column after them are what padding='same' makes of 9 x 10 but for the row
  // at the top.
  using Same10 =
      NetworkOf<Conv2D<4, Kernel<3>, Strides<2>, NoBias, Same>, Branch, MaxPooling2D<Kernel<2>>, Out>;
  CHECK(said<Same10>(config) ==
        "m.h5: conv2d_1: expected padding ((1, 1), (0, 1)), received ((0, 1), (0, 1)) in its model_config");
  using Unreached = NetworkOf<Sequential<ZeroPadding2D<0, 0, 0, 1>, Conv2D<4, Kernel<3>, Strides<2>, NoBias>>,
                              Branch, MaxPooling2D<Kernel<2>>, Out>;
  CHECK(said<Unreached>(config).empty());  // rows 0 to 8 make four windows; a tenth is in none of them
}

TEST_CASE("the first difference is told: settings, activations, order, what stands between") {
  const std::string config = golden("keras2_flat");
  const auto with = [&](const std::string& old, const std::string& by) {
    return said<Net>(replaced(config, old, by));
  };
  CHECK(with("\"kernel_size\": [3, 3]", "\"kernel_size\": [5, 3]") ==
        "m.h5: conv2d_1: expected kernel_size (3, 3), received (5, 3) in its model_config");
  CHECK(with("\"strides\": [2, 2]", "\"strides\": [1, 1]") ==
        "m.h5: conv2d_1: expected strides (2, 2), received (1, 1) in its model_config");
  CHECK(with("\"dilation_rate\": [1, 1]", "\"dilation_rate\": [2, 2]").find("dilation_rate (1, 1)") !=
        std::string::npos);
  CHECK(with("\"epsilon\": 1.001e-05", "\"epsilon\": 0.001") ==
        "m.h5: batch_normalization_1: expected epsilon 1.001e-05, received 0.001 in its model_config");
  CHECK(with("\"scale\": true", "\"scale\": false").find("expected scale true, received false") !=
        std::string::npos);
  CHECK(with("\"max_value\": 6.0", "\"max_value\": null") ==
        "m.h5: conv2d_2: expected its input from relu6, received relu in its model_config");
  CHECK(with("\"activation\": \"relu\"", "\"activation\": \"elu\"") ==
        "m.h5: add_1: expected its input from relu, received elu in its model_config");
  CHECK(with("\"activation\": \"softmax\"", "\"activation\": \"sigmoid\"") ==
        "m.h5: dense_1: expected softmax, received sigmoid in its model_config");
  CHECK(with("\"pool_size\": [2, 2]", "\"pool_size\": [3, 3]")
            .find("with (3, 3) instead of pool_size (2, 2)") != std::string::npos);
  CHECK(
      with("\"class_name\": \"Flatten\"", "\"class_name\": \"GlobalMaxPooling2D\"") ==
      "m.h5: dense_1: expected its input from Flatten 'flatten_1', received GlobalMaxPooling2D 'flat' in its "
      "model_config");
  CHECK(with("\"class_name\": \"Add\"", "\"class_name\": \"Multiply\"").find("received Multiply 'sum'") !=
        std::string::npos);
  CHECK(with("[\"branch\", 0, 0, {}]", "[\"clip\", 0, 0, {}]").find("add_1: expected") != std::string::npos);
  CHECK(with("\"data_format\": \"channels_last\", \"dilation",
             "\"data_format\": \"channels_first\", \"dilation")
            .find("expected data_format channels_last, received channels_first") != std::string::npos);
}

TEST_CASE("a model that ends before the file's does needs what it has") {
  CHECK(said<CutOf<Relu6>>(golden("keras2_flat")).empty());
  CHECK(said<CutOf<Relu>>(golden("keras2_flat")) ==
        "m.h5: activation_1: expected relu, received relu6 in its model_config");
}

TEST_CASE("a model_config that is none is refused") {
  const std::string config = golden("keras2_flat");
  const auto starts = [](const std::string& text) {
    return text.rfind("m.h5: model_config: expected", 0) == 0;
  };
  CHECK(starts(said<Net>("{")));
  CHECK(starts(said<Net>("[]")));
  CHECK(starts(said<Net>("{\"class_name\": \"Sequential\", \"config\": {\"layers\": []}}")));
  CHECK(starts(
      said<Net>(replaced(config, "\"class_name\": \"Functional\"", "\"class_name\": \"Bidirectional\""))));
  CHECK(starts(said<Net>(replaced(config, "[\"pad\", 0, 0, {}]", "[\"nowhere\", 0, 0, {}]"))));
  CHECK(starts(said<Net>(replaced(config, "[\"image\", 0, 0, {}]", "[\"pad\", 0, 0, {}]"))));  // reads itself
  CHECK(starts(said<Net>(replaced(config, "\"name\": \"branch\"", "\"name\": \"first\""))));   // twice
  CHECK(starts(
      said<Net>(replaced(config, "\"name\": \"branch\"", "\"name\": \"elsewhere\""))));  // weights' layer
  std::string deep = golden("keras2_flat");
  deep.pop_back();
  for (int i = 0; i < 40; ++i)
    deep = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": [" + deep + "]}}";
  CHECK(starts(said<Net>(deep)));
}

TEST_CASE("the layers of a nested model take its place, whichever way its arrays are ordered") {
  const auto tensor = [](const char* name) { return ArchiveTensor{name, std::string{"/m/"} + name, {1}}; };
  const ArchiveLayer plain{"dense", {tensor("kernel:0"), tensor("dense/bias:0")}};
  const ArchiveLayer trainable_first{
      "model",
      {tensor("a/kernel:0"), tensor("n/gamma:0"), tensor("b/c/kernel:0"), tensor("n/moving_mean:0")}};
  const ArchiveLayer frozen{
      "model",
      {tensor("a/kernel:0"), tensor("n/gamma:0"), tensor("n/moving_mean:0"), tensor("b/c/kernel:0")}};
  for (const ArchiveLayer& model : {trainable_first, frozen}) {
    const auto layers = detail::without_nesting({model, plain});
    REQUIRE(layers.size() == 4);
    CHECK(layers[0].name == "a");
    CHECK(layers[1].name == "n");
    CHECK(layers[2].name == "b/c");
    CHECK(layers[3].name == "dense");
    CHECK(layers[0].model == "model");
    CHECK(layers[3].model.empty());
    REQUIRE(layers[1].tensors.size() == 2);
    CHECK(layers[1].tensors[1].name == "n/moving_mean:0");
    CHECK(layers[3].tensors.size() == 2);
  }
}

}  // namespace check_config_test
