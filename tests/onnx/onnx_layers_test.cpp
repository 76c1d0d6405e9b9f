// SPDX-License-Identifier: MIT
// Also tests onnx/onnx_layer.hpp and onnx/onnx_activations.hpp. Numbers are compared by `make onnx-check`.
#include <graft/onnx/onnx_layers.hpp>

#include "onnx/onnx_model.hpp"

namespace onnx_layers_test {

using namespace graft;
using namespace graft::test;
using Extents = std::vector<std::int64_t>;

namespace user {

// A layer and an activation that the library does not know.
struct Square {
  static constexpr std::string_view keras_name = "square";
  static constexpr bool elementwise = true;
};
std::string append_activation(Square, const OnnxLayer& layer, const std::string& x) {
  return layer.node("Mul", {x, x});
}
struct Negative : LayerDefaults {
  static constexpr std::string_view keras_class = "Negative", keras_prefix = "negative", expects = "a vector";
  static constexpr bool accepts(Shape) { return true; }
  static constexpr Shape output_shape(Shape input) { return input; }
};
std::string append_onnx(Negative, const OnnxLayer& at) { return at.node("Neg", {at.input()}); }

}  // namespace user

namespace {

/// The shapes that ONNX infers are those of the layer.
template <Shape In, class Layer>
::onnx::ModelProto checked(const std::string& name, const std::string& expected_types) {
  const auto model = exported<In, Named<"layer", Layer>>();
  CAPTURE(name);
  CHECK(types(model) == expected_types);
  constexpr Shape out = graph_of<detail::Bound<In, Layer>>.output_shape();
  CHECK(model.graph().output(0).name() == "layer");
  CHECK(shape(model, out.rank == 3 ? "layer/nchw" : "layer") == inside(out));
  return model;
}

}  // namespace

TEST_CASE("Conv2D: its kernel with filters first, its padding written out") {
  const auto model = checked<Shape{5, 6, 3}, Conv2D<4, Kernel<3, 2>, Strides<2, 1>, Same, Relu>>(
      "same", "Transpose Conv Relu Transpose");
  const auto& conv = node(model, "layer/Conv");
  CHECK(inputs(conv) == std::vector<std::string>{"input_1/nchw", "layer/kernel", "layer/bias"});
  CHECK(integers(conv, "kernel_shape") == Extents{3, 2});
  CHECK(integers(conv, "strides") == Extents{2, 1});
  CHECK(integers(conv, "pads") == Extents{1, 0, 1, 1});
  CHECK(attribute(conv, "group").i() == 1);
  const auto keras = random_values(3 * 2 * 3 * 4 + 4, 11);  // (3, 2, 3, 4), then the bias
  const auto kernel = numbers(constant(model, "layer/kernel"));
  CHECK(extents(constant(model, "layer/kernel")) == Extents{4, 3, 3, 2});
  REQUIRE(kernel.size() == 72);
  for (std::size_t f = 0; f < 4; ++f)
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t y = 0; y < 3; ++y)
        for (std::size_t x = 0; x < 2; ++x)
          CHECK(kernel[((f * 3 + c) * 3 + y) * 2 + x] == keras[((y * 2 + x) * 3 + c) * 4 + f]);
  CHECK(same_bits(numbers(constant(model, "layer/bias")), std::span{keras}.subspan(72)));
}

TEST_CASE("windows: even and odd sides, rows that no window reaches, no bias") {
  const auto even = checked<Shape{6, 8, 2}, Conv2D<1, Kernel<3>, Strides<2>, Same, NoBias>>(
      "even", "Transpose Conv Transpose");
  CHECK(integers(node(even, "layer/nchw"), "pads") == Extents{0, 0, 1, 1});
  CHECK(node(even, "layer/nchw").input_size() == 2);
  const auto odd =
      checked<Shape{7, 9, 2}, Conv2D<1, Kernel<3>, Strides<2>, Same>>("odd", "Transpose Conv Transpose");
  CHECK(integers(node(odd, "layer/nchw"), "pads") == Extents{1, 1, 1, 1});
  const auto left_over =
      checked<Shape{8, 6, 2}, Conv2D<1, Kernel<3>, Strides<2>>>("left over", "Transpose Conv Transpose");
  CHECK(integers(node(left_over, "layer/nchw"), "pads") == Extents{0, 0, 0, 0});
  const auto apart =
      checked<Shape{7, 7, 2}, Conv2D<1, Kernel<1>, Strides<3>, Same>>("apart", "Transpose Conv Transpose");
  CHECK(integers(node(apart, "layer/nchw"), "pads") == Extents{0, 0, 0, 0});
}

TEST_CASE("DepthwiseConv2D: a group for each channel, its outputs beside each other") {
  const auto model =
      checked<Shape{5, 5, 3}, DepthwiseConv2D<Kernel<2>, DepthMultiplier<2>, Strides<2>, Relu6>>(
          "depthwise", "Transpose Conv Clip Transpose");
  CHECK(attribute(node(model, "layer/Conv"), "group").i() == 3);
  CHECK(extents(constant(model, "layer/depthwise_kernel")) == Extents{6, 1, 2, 2});
  const auto keras = random_values(2 * 2 * 3 * 2, 11);  // (2, 2, 3, 2)
  const auto kernel = numbers(constant(model, "layer/depthwise_kernel"));
  REQUIRE(kernel.size() == 24);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t tap = 0; tap < 4; ++tap)
        CHECK(kernel[(c * 2 + k) * 4 + tap] == keras[(tap * 3 + c) * 2 + k]);
  CHECK(inputs(node(model, "layer/nchw")) ==
        std::vector<std::string>{"layer/Conv", "layer/min", "layer/max"});
  CHECK(numbers(constant(model, "layer/max")) == std::vector{6.0f});
}

TEST_CASE("SeparableConv2D: two convolutions, the second with the bias") {
  const auto model =
      checked<Shape{5, 6, 3}, SeparableConv2D<4, Kernel<3>, Strides<2>, Same, DepthMultiplier<2>, Relu>>(
          "separable", "Transpose Conv Conv Relu Transpose");
  const auto &depthwise = node(model, "layer/Conv"), &pointwise = node(model, "layer/Conv_2");
  CHECK(inputs(depthwise) == std::vector<std::string>{"input_1/nchw", "layer/depthwise_kernel"});
  CHECK(inputs(pointwise) == std::vector<std::string>{"layer/Conv", "layer/pointwise_kernel", "layer/bias"});
  CHECK(attribute(depthwise, "group").i() == 3);
  CHECK(attribute(pointwise, "group").i() == 1);
  CHECK(integers(depthwise, "strides") == Extents{2, 2});
  CHECK(integers(pointwise, "strides") == Extents{1, 1});
  CHECK(integers(pointwise, "pads") == Extents{0, 0, 0, 0});
  CHECK(extents(constant(model, "layer/pointwise_kernel")) == Extents{4, 6, 1, 1});
}

TEST_CASE("Normalization and Rescaling: a number for each channel") {
  const auto image = checked<Shape{2, 4, 3}, Normalization>("image", "Transpose Sub Div Transpose");
  CHECK(extents(constant(image, "layer/mean")) == Extents{3, 1, 1});
  const auto keras = random_values(7, 11);
  const auto mean = numbers(constant(image, "layer/mean")),
             deviation = numbers(constant(image, "layer/deviation"));
  CHECK(same_bits(mean, std::span{keras}.first(3)));
  REQUIRE(keras[3] > 0);  // the others are no variances
  CHECK(deviation[0] == std::sqrt(keras[3]));
  CHECK(extents(constant(checked<Shape{4}, Normalization>("vector", "Sub Div"), "layer/mean")) == Extents{4});

  const auto scaled = checked<Shape{2, 4, 3}, Rescaling<std::ratio<1, 255>, std::ratio<-1>>>(
      "scaled", "Transpose Mul Add Transpose");
  CHECK(numbers(constant(scaled, "layer/scale")) == std::vector(3, 1.0f / 255));
  CHECK(numbers(constant(scaled, "layer/offset")) == std::vector(3, -1.0f));
}

TEST_CASE("Dense: its kernel as it stands") {
  const auto model = checked<Shape{5}, Dense<2, Sigmoid>>("dense", "Gemm Sigmoid");
  const auto keras = random_values(12, 11);
  CHECK(extents(constant(model, "layer/kernel")) == Extents{5, 2});
  CHECK(same_bits(numbers(constant(model, "layer/kernel")), std::span{keras}.first(10)));
  CHECK(inputs(node(model, "layer/Gemm")) ==
        std::vector<std::string>{"input_1", "layer/kernel", "layer/bias"});
  CHECK(checked<Shape{5}, Dense<2, NoBias>>("no bias", "Gemm").graph().node(0).input_size() == 2);
}

TEST_CASE("BatchNormalization: ones and zeros for what is left out, on images and vectors") {
  const auto model = checked<Shape{4}, BatchNormalization<NoScale, Epsilon<std::ratio<1, 500>>>>(
      "no scale", "BatchNormalization");
  CHECK(inputs(node(model, "layer")) == std::vector<std::string>{"input_1", "layer/gamma", "layer/beta",
                                                                 "layer/moving_mean",
                                                                 "layer/moving_variance"});
  CHECK(attribute(node(model, "layer"), "epsilon").f() == 0.002f);
  const auto keras = random_values(12, 11);
  CHECK(numbers(constant(model, "layer/gamma")) == std::vector(4, 1.0f));
  CHECK(same_bits(numbers(constant(model, "layer/beta")), std::span{keras}.first(4)));
  CHECK(same_bits(numbers(constant(model, "layer/moving_mean")), std::span{keras}.subspan(4, 4)));
  CHECK(same_bits(numbers(constant(model, "layer/moving_variance")), std::span{keras}.subspan(8)));

  const auto image = checked<Shape{2, 3, 4}, BatchNormalization<NoCenter>>(
      "no center", "Transpose BatchNormalization Transpose");
  CHECK(same_bits(numbers(constant(image, "layer/gamma")), std::span{keras}.first(4)));
  CHECK(numbers(constant(image, "layer/beta")) == std::vector(4, 0.0f));
}

TEST_CASE("activations as layers; softmax goes over the channels") {
  checked<Shape{3}, Activation<Relu>>("relu", "Relu");
  checked<Shape{3}, Activation<Relu6>>("relu6", "Clip");
  checked<Shape{3}, Activation<Tanh>>("tanh", "Tanh");
  const auto swish = checked<Shape{3}, Activation<Swish>>("swish", "Sigmoid Mul");
  CHECK(inputs(node(swish, "layer")) == std::vector<std::string>{"input_1", "layer/Sigmoid"});
  CHECK(attribute(node(checked<Shape{3}, Activation<Softmax>>("vector", "Softmax"), "layer"), "axis").i() ==
        1);
  const auto image = checked<Shape{2, 2, 3}, Activation<Softmax>>("image", "Transpose Softmax Transpose");
  CHECK(attribute(node(image, "layer/nchw"), "axis").i() == 1);
}

TEST_CASE("pooling: pixels outside the image count for nothing") {
  const auto average = checked<Shape{5, 6, 2}, AveragePooling2D<Kernel<3>, Strides<2>, Same>>(
      "average", "Transpose AveragePool Transpose");
  CHECK(attribute(node(average, "layer/nchw"), "count_include_pad").i() == 0);
  CHECK(integers(node(average, "layer/nchw"), "pads") == Extents{1, 0, 1, 1});
  const auto largest =
      checked<Shape{5, 7, 2}, MaxPooling2D<Kernel<2, 3>>>("max", "Transpose MaxPool Transpose");
  CHECK(integers(node(largest, "layer/nchw"), "strides") == Extents{2, 3});
  CHECK(integers(node(largest, "layer/nchw"), "pads") == Extents{0, 0, 0, 0});
  checked<Shape{5, 7, 2}, GlobalAveragePooling2D>("global", "Transpose GlobalAveragePool Flatten");
  checked<Shape{5, 7, 2}, GlobalAveragePooling2DKeepDims>("one pixel",
                                                          "Transpose GlobalAveragePool Transpose");
}

TEST_CASE("zeros around an image") {
  const auto model = checked<Shape{4, 5, 2}, ZeroPadding2D<1, 2, 3, 4>>("four", "Transpose Pad Transpose");
  CHECK(numbers<std::int64_t>(constant(model, "layer/pads")) == Extents{0, 0, 1, 3, 0, 0, 2, 4});
  const auto correct =
      checked<Shape{4, 5, 2}, CorrectPadding2D<Kernel<3>>>("correct", "Transpose Pad Transpose");
  CHECK(numbers<std::int64_t>(constant(correct, "layer/pads")) == Extents{0, 0, 0, 1, 0, 0, 1, 1});
}

TEST_CASE("Flatten keeps Keras' order: channels innermost") {
  const auto model = checked<Shape{2, 3, 4}, Flatten>("image", "Transpose Transpose Flatten");
  CHECK(integers(node(model, "layer/Transpose"), "perm") == Extents{0, 2, 3, 1});
  checked<Shape{6}, Flatten>("vector", "Flatten");
}

TEST_CASE("Reshape keeps Keras' order, too") {
  const auto image =
      checked<Shape{2, 3, 4}, Reshape<4, 1, 6>>("image", "Transpose Transpose Reshape Transpose Transpose");
  CHECK(numbers<std::int64_t>(constant(image, "layer/shape")) == Extents{0, 4, 1, 6});
  checked<Shape{2, 3, 4}, Reshape<24>>("to a vector", "Transpose Transpose Reshape");
  checked<Shape{24}, Reshape<2, 3, 4>>("to an image", "Reshape Transpose Transpose");
}

TEST_CASE("branches: side by side along the channels, or added") {
  const auto image =
      exported<Shape{4, 4, 2}, Named<"all", Concatenate<Conv2D<3, Kernel<1>>, Sequential<>>>>();
  CHECK(types(image) == "Transpose Conv Concat Transpose");
  CHECK(inputs(node(image, "all/nchw")) == std::vector<std::string>{"conv2d_1", "input_1/nchw"});
  CHECK(shape(image, "all/nchw") == Extents{-1, 5, 4, 4});
  const auto vector = exported<Shape{4}, Named<"all", Concatenate<Dense<3>, Dense<2>>>>();
  CHECK(attribute(node(vector, "all"), "axis").i() == 1);
  CHECK(shape(vector, "all") == Extents{-1, 5});

  CHECK(types(exported<Shape{4}, Add<Dense<4>, Sequential<>>>()) == "Gemm Add");
  const auto three = exported<Shape{4}, Named<"sum", Add<Dense<4>, Sequential<>, Dense<4>>>>();
  CHECK(types(three) == "Gemm Gemm Sum");
  CHECK(inputs(node(three, "sum")) == std::vector<std::string>{"dense_1", "input_1", "dense_2"});

  using Factors = Sequential<GlobalAveragePooling2DKeepDims, Activation<Sigmoid>>;
  const auto product = exported<Shape{4, 4, 2}, Named<"product", Multiply<Sequential<>, Factors>>>();
  CHECK(types(product) == "Transpose GlobalAveragePool Sigmoid Mul Transpose");
  CHECK(shape(product, "product/nchw") == Extents{-1, 2, 4, 4});
}

TEST_CASE("what does nothing at prediction is left out") {
  const auto model = exported<Shape{4}, Dense<3>, Dropout<50>, Activation<Linear>>();
  CHECK(types(model) == "Gemm");
  CHECK(model.graph().output(0).name() == "dense_1");
  CHECK(types(exported<Shape{4}, Dropout<50>>()) == "Identity");
  CHECK(types(exported<Shape{4}, Dropout<5, Of<1000>, WholeSamples>>()) == "Identity");
}

TEST_CASE("a user's layer and activation bring their own nodes") {
  const auto model = exported<Shape{4}, Dense<3, user::Square>, user::Negative>();
  CHECK(types(model) == "Gemm Mul Neg");
  CHECK(inputs(node(model, "negative_1")) == std::vector<std::string>{"dense_1"});
}

}  // namespace onnx_layers_test
