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
  CHECK(
      types(model) ==
      "Transpose Conv Relu Conv Relu Conv Relu Conv Relu AveragePool Conv Concat Conv Tanh Transpose Flatten "
      "Gemm Relu Gemm Softmax");
  for (const Node& layer : graph_of<SmallBackbone>.nodes) {
    CAPTURE(layer.name());
    // A convolution into which a batch normalisation is folded makes that one's value.
    if (layer.role == Role::input || layer.name() == "conv_1" || layer.name() == "conv_2") continue;
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

TEST_CASE("every parameter is in the file: the head's as they are now, the backbone's as they predict") {
  Net net = small_model<Net>();
  net.head().set_parameter("dense_2/bias", xt::xarray<float>{1.0f, 2.0f, 3.0f});
  const auto model = to_onnx(net);
  CHECK(numbers(constant(model, "dense_2/bias")) == std::vector{1.0f, 2.0f, 3.0f});
  const auto kernel = net.backbone().parameter("conv_6/kernel");  // (3, 3, channels, filters)
  CHECK(numbers(constant(model, "conv_6/kernel"))[1] == kernel(0, 1, 0, 0));

  // bn_1 follows a convolution without a bias, and has no gamma; bn_2 follows one with a bias.
  std::size_t count = 0;
  for (const auto& tensor : model.graph().initializer()) count += numbers(tensor).size();
  CHECK(count == Net::parameter_count + 16 - 3 * 16 - 4 * 8);
  for (const int i : {1, 2}) {
    CAPTURE(i);
    const auto of = [&](const std::string& name) { return net.backbone().parameter(name); };
    const std::string conv = "conv_" + std::to_string(i), bn = "bn_" + std::to_string(i);
    const auto given = of(conv + "/kernel"), mean = of(bn + "/moving_mean"),
               variance = of(bn + "/moving_variance"), beta = of(bn + "/beta");
    const auto weights = numbers(constant(model, conv + "/kernel")),
               bias = numbers(constant(model, conv + "/bias"));
    const std::size_t filters = bias.size(), taps = given.shape(0) * given.shape(1),
                      channels = given.shape(2);
    REQUIRE(weights.size() == taps * channels * filters);
    for (std::size_t f = 0; f < filters; ++f) {
      const double gamma = i == 1 ? 1.0 : double{of("bn_2/gamma")(f)};
      const double scale = gamma / std::sqrt(double{variance(f)} + BatchNormalization<>::epsilon);
      const double own = i == 1 ? 0.0 : double{of("conv_2/bias")(f)};
      CHECK(bias[f] == doctest::Approx(beta(f) + (own - mean(f)) * scale));
      for (std::size_t t = 0; t < taps; ++t)
        for (std::size_t c = 0; c < channels; ++c)
          CHECK(weights[(f * channels + c) * taps + t] ==
                static_cast<float>(double{given.flat((t * channels + c) * filters + f)} * scale));
    }
  }
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
  CHECK(types(to_onnx(branch)) == "Transpose Conv Relu Conv Relu Transpose");
  CHECK(
      types(to_onnx(
                small_model<SmallModel<Reference, Sequential<Conv2D<2, Kernel<1>>, BatchNormalization<>>>>()))
          .ends_with(" Tanh Conv BatchNormalization Transpose"));  // what is trained stays as it is
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
