// SPDX-License-Identifier: MIT
// Also tests onnx/onnx_network.hpp. That other runtimes compute what `predict` does is checked by
// `make onnx-check`.
#include <graft/onnx/export_onnx.hpp>

#include "onnx/onnx_model.hpp"
#include "support/errors.hpp"
#include "weights/h5_builder.hpp"

namespace export_onnx_test {

using namespace graft;
using namespace graft::test;
using Extents = std::vector<std::int64_t>;
using Net = SmallModel<Reference>;

TEST_CASE("a whole model: backbone, then head, with the names and shapes of its layers") {
  const test::TempFolder folder;
  export_onnx(small_model<Net>(), folder / "net.onnx", {.class_names = {"a", "b", "c"}});
  ::onnx::ModelProto file;
  REQUIRE(file.ParseFromString(test::content(folder / "net.onnx")));
  const auto model = inferred(std::move(file));

  CHECK(model.producer_name() == "graft");
  CHECK(model.graph().input_size() == 1);
  CHECK(shape(model, "input_1") == Extents{-1, 13, 15, 3});
  CHECK(shape(model, "dense_2") == Extents{-1, 3});
  CHECK(types(model) ==
        "Transpose Conv BatchNormalization Relu Conv BatchNormalization Relu Conv Relu Conv Relu AveragePool "
        "Conv Concat Conv Tanh Transpose Flatten Gemm Relu Gemm Softmax");
  for (const Node& layer : graph_of<SmallBackbone>.nodes) {
    CAPTURE(layer.name());
    if (layer.role == Role::input) continue;
    CHECK(node(model, layer.name()).output(0) == layer.name());
    CHECK(shape(model, layer.name()) == inside(layer.output));
  }
  CHECK(inputs(node(model, "mixed")) == std::vector<std::string>{"relu_2", "conv_4", "conv_5"});
  CHECK(inputs(node(model, "flatten_1/Transpose")) == std::vector<std::string>{"conv_6"});
  CHECK(inputs(node(model, "dense_2/Gemm"))[0] == "dense_1");
  CHECK(metadata(model, "preprocessing") == "Rescale");
  CHECK(metadata(model, "class_0") == "a");
  CHECK(metadata(model, "class_2") == "c");
}

TEST_CASE("every parameter is in the file, those of the head as they are now") {
  Net net = small_model<Net>();
  net.head().set_parameter("dense_2/bias", xt::xarray<float>{1.0f, 2.0f, 3.0f});
  const auto model = to_onnx(net);
  CHECK(numbers(constant(model, "dense_2/bias")) == std::vector{1.0f, 2.0f, 3.0f});
  std::size_t count = 0;
  for (const auto& tensor : model.graph().initializer()) count += numbers(tensor).size();
  CHECK(count == Net::parameter_count + 16);  // and the ones for bn_1, which has no gamma
  const auto variance = net.backbone().parameter("bn_2/moving_variance");
  CHECK(same_bits(numbers(constant(model, "bn_2/moving_variance")), span_of(variance)));
}

TEST_CASE("a backbone alone: features in Keras' layout, also cut inside a branch") {
  Extractor<SmallBackbone::Until<"mixed">, Reference> mixed;
  mixed.initialize(Seed{1});
  const auto model = inferred(to_onnx(mixed));
  CHECK(model.graph().output(0).name() == "mixed");
  CHECK(shape(model, "mixed") == Extents{-1, 6, 7, 24});
  CHECK(shape(model, "mixed/nchw") == Extents{-1, 24, 6, 7});

  Extractor<SmallBackbone::Until<"conv_3">, Reference> branch;
  branch.initialize(Seed{1});
  CHECK(types(to_onnx(branch)) == "Transpose Conv BatchNormalization Relu Conv Relu Transpose");
}

TEST_CASE("a head that stands alone") {
  const Model<Input<6>, Sequential<Dense<4, Relu>, Dropout<20>, Dense<1, Sigmoid>>, Reference> net{Seed{1}};
  const auto model = inferred(to_onnx(net, {.class_names = {"no", "yes"}}));
  CHECK(types(model) == "Gemm Relu Gemm Sigmoid");
  CHECK(shape(model, "input_1") == Extents{-1, 6});
  CHECK(metadata(model, "preprocessing").empty());
  CHECK(metadata(model, "class_1") == "yes");
}

TEST_CASE("a layer of the head with a name of the backbone's gets another") {
  using Twice = SmallModel<Reference, Sequential<Named<"conv_1", Conv2D<2, Kernel<1>>>, Flatten, Dense<1>>>;
  const auto model = inferred(to_onnx(small_model<Twice>()));
  CHECK(inputs(node(model, "conv_1_2")) ==
        std::vector<std::string>{"conv_6", "conv_1_2/kernel", "conv_1_2/bias"});
  CHECK(inputs(node(model, "flatten_1/Transpose")) == std::vector<std::string>{"conv_1_2"});
}

TEST_CASE("refused: no weights, another number of class names") {
  const test::TempFolder folder;
  const Net empty{Seed{1}};
  CHECK(error_of<Error>([&] { export_onnx(empty, folder / "net.onnx"); }).find("expected weights") !=
        std::string::npos);
  CHECK(error_of<ShapeError>([&] {
          export_onnx(small_model<Net>(), folder / "net.onnx", {.class_names = {"a", "b"}});
        }) == "class_names: expected 3 names for an output of (3,), received 2");
  CHECK_FALSE(std::filesystem::exists(folder / "net.onnx"));
}

}  // namespace export_onnx_test
