// SPDX-License-Identifier: MIT
// Exports models and what they predict, for tools/onnx_check.py, which runs it.
//   onnx_exchange OUT [WEIGHTS]   writes OUT/NAME.onnx, NAME.input.npy and NAME.output.npy for each model
// WEIGHTS is a folder with pretrained MobileNets, which are left out without it.
#include <graft/graft.hpp>
#include <graft/onnx/export_onnx.hpp>

#include "model/small_network.hpp"
#include <iostream>
#include <xtensor/xnpy.hpp>

using namespace graft;
using test::random_values;
namespace fs = std::filesystem;

namespace {

struct Exchange {
  fs::path out, weights;

  /// Exports a model or an extractor with what it predicts for `input`.
  void write(const std::string& name, const auto& model, const auto& input) const {
    export_onnx(model, out / (name + ".onnx"));
    xt::dump_npy((out / (name + ".input.npy")).string(), input);
    xt::dump_npy((out / (name + ".output.npy")).string(), model.predict(input));
    std::cout << name << '\n';
  }

  /// Layers on an input of three samples, with random parameters.
  template <Shape In, class... Layers>
  void layers(const std::string& name) const {
    using Net = detail::Bound<In, Sequential<Layers...>>;
    Extractor<Net, Reference> extractor;
    extractor.assign(test::trained_parameters<Net>(7));
    const auto values = random_values(3 * In.size(), 8);
    auto input = Tensor<In.rank + 1>::from_shape(batch_shape<In.rank>(3, In));
    std::transform(values.begin(), values.end(), input.data(), [](float x) { return 4.0f * x; });
    write(name, extractor, input);
  }
};

/// Some of the bundled pictures as a network takes them. // (4, input shape)
template <class Extractor>
Tensor<4> pictures() {
  const ImageFolder folder{GRAFT_SOURCE_DIR "/examples/data/horse-or-human/validation"};
  constexpr Shape in = Extractor::input_shape;
  auto batch = Tensor<4>::from_shape({4, in[0], in[1], in[2]});
  for (std::size_t i = 0; i < 4; ++i) {
    const Tensor<3> image = Extractor::preprocess(read_image(folder.file(i * (folder.size() - 1) / 3)));
    std::copy(image.begin(), image.end(), batch.data() + i * in.size());
  }
  return batch;
}

struct Thirds : PerChannel {
  static constexpr std::array values{1.0 / 3.0, 2.0, -1.5};
};

void write_layers(const Exchange& to) {
  to.layers<Shape{7, 6, 3}, Conv2D<5, Kernel<3>, Strides<2>, Same, Relu>>("conv2d_same");
  to.layers<Shape{8, 7, 3}, Conv2D<5, Kernel<3, 2>, Strides<2, 1>, Sigmoid>>("conv2d_valid");
  to.layers<Shape{7, 9, 3}, Conv2D<4, Kernel<1, 7>, Same, NoBias, Tanh>>("conv2d_1x7");
  to.layers<Shape{7, 6, 3}, DepthwiseConv2D<Kernel<3>, Strides<2>, Same, Relu6>>("depthwise_conv2d_same");
  to.layers<Shape{7, 6, 3}, DepthwiseConv2D<Kernel<2>, DepthMultiplier<2>>>("depthwise_conv2d_multiplier");
  to.layers<Shape{7, 6, 3}, SeparableConv2D<5, Kernel<3>, Strides<2>, Same, DepthMultiplier<2>, Relu>>(
      "separable_conv2d");
  to.layers<Shape{5}, Dense<4, Tanh>>("dense");
  to.layers<Shape{5}, Dense<4, NoBias, Softmax>>("dense_softmax");
  to.layers<Shape{4, 5, 3}, BatchNormalization<>>("batch_normalization");
  to.layers<Shape{5}, BatchNormalization<NoScale, Epsilon<std::ratio<1, 50>>>>("batch_normalization_vector");
  to.layers<Shape{5}, BatchNormalization<NoCenter>>("batch_normalization_no_center");
  to.layers<Shape{4, 5, 3}, Activation<Relu6>>("activation_relu6");
  to.layers<Shape{4, 5, 3}, Activation<Swish>>("activation_swish");
  to.layers<Shape{4, 5, 3}, Normalization>("normalization");
  to.layers<Shape{5}, Normalization>("normalization_vector");
  to.layers<Shape{4, 5, 3}, Rescaling<std::ratio<1, 3>, std::ratio<-1, 2>>>("rescaling");
  to.layers<Shape{4, 5, 3}, Rescaling<Thirds>>("rescaling_per_channel");
  to.layers<Shape{4, 5, 3}, Activation<Softmax>>("activation_softmax");
  to.layers<Shape{7, 6, 3}, MaxPooling2D<Kernel<3>, Strides<2>, Same>>("max_pooling2d_same");
  to.layers<Shape{7, 6, 3}, MaxPooling2D<Kernel<2, 3>>>("max_pooling2d_valid");
  to.layers<Shape{7, 6, 3}, AveragePooling2D<Kernel<3>, Strides<2>, Same>>("average_pooling2d_same");
  to.layers<Shape{7, 6, 3}, AveragePooling2D<Kernel<2>>>("average_pooling2d_valid");
  to.layers<Shape{4, 5, 3}, GlobalAveragePooling2D>("global_average_pooling2d");
  to.layers<Shape{4, 5, 3}, GlobalAveragePooling2DKeepDims>("global_average_pooling2d_keep_dims");
  to.layers<Shape{4, 5, 3}, ZeroPadding2D<1, 2, 3, 4>>("zero_padding2d");
  to.layers<Shape{4, 5, 3}, CorrectPadding2D<Kernel<3>>>("correct_padding2d");
  to.layers<Shape{4, 5, 3}, Flatten>("flatten");
  to.layers<Shape{4, 5, 3}, Reshape<6, 2, 5>>("reshape_image");
  to.layers<Shape{4, 5, 3}, Reshape<60>>("reshape_to_vector");
  to.layers<Shape{60}, Reshape<4, 5, 3>>("reshape_to_image");
  to.layers<Shape{4, 5, 3}, Concatenate<Conv2D<2, Kernel<1>>, Sequential<>>>("concatenate");
  to.layers<Shape{5}, Concatenate<Dense<2>, Dense<3, Relu>>>("concatenate_vectors");
  to.layers<Shape{4, 5, 3}, Add<Conv2D<3, Kernel<1>>, Sequential<>>>("add");
  to.layers<Shape{5}, Add<Dense<5>, Sequential<>, Dense<5, Relu>>>("add_three");
  to.layers<
      Shape{4, 5, 3},
      Multiply<Sequential<>, Sequential<GlobalAveragePooling2DKeepDims, Conv2D<3, Kernel<1>, Sigmoid>>>>(
      "squeeze_and_excitation");
  to.layers<Shape{5}, Multiply<Dense<5>, Sequential<>>>("multiply");
  to.layers<Shape{5}, Dense<5>, Dropout<50>>("dropout_last");
  to.layers<Shape{6, 5, 3}, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>>, BatchNormalization<>,
            SeparableConv2D<5, Kernel<3>, Same, NoBias>, BatchNormalization<NoScale>, Activation<Relu>,
            Flatten, Dense<4>, BatchNormalization<NoCenter>>("folded");
  to.layers<Shape{9, 8, 3}, ZeroPadding2D<0, 1, 0, 1>, Conv2D<6, Kernel<3>, Strides<2>, NoBias>,
            BatchNormalization<>, Activation<Relu6>,
            Add<Sequential<>, Sequential<DepthwiseConv2D<Kernel<3>, Same, NoBias>,
                                         BatchNormalization<NoScale>, Activation<Relu>>>,
            Concatenate<Sequential<AveragePooling2D<Kernel<3>, Strides<1>, Same>, Conv2D<4, Kernel<1>, Relu>>,
                        MaxPooling2D<Kernel<3>, Strides<1>, Same>>,
            CorrectPadding2D<Kernel<3>>, Conv2D<8, Kernel<3>, Strides<2>, Tanh>, Dropout<10>,
            Concatenate<GlobalAveragePooling2D, Flatten>, Dense<6, Relu>, Dropout<20>, Activation<Sigmoid>,
            Dense<3, Softmax>>("every_layer");
}

void write_inception_v3(const Exchange& to) {
  using Backbone = InceptionV3<Image<150, 150>, Rescale>::Until<"mixed7">;
  using Head = Sequential<Flatten, Dense<1024, Relu>, Dropout<20>, Dense<1, Sigmoid>>;
  Model<Frozen<Backbone>, Head> net{Seed{7}};
  net.backbone().load(GRAFT_SOURCE_DIR "/examples/data/inception_v3_mixed7_f16.h5");
  const auto input = pictures<decltype(net)::extractor_type>();
  to.write("inception_v3_mixed7", net.backbone(), input);
  to.write("inception_v3_mixed7_head", net, input);
}

void write_mobile_nets(const Exchange& to) {
  {
    using Backbone = MobileNet<Image<224, 224>>::Until<"conv_dw_13_relu">;
    Model<Frozen<Backbone>, Sequential<GlobalAveragePooling2D, Dense<5, Softmax>>> net{Seed{7}};
    net.backbone().load(to.weights / "mobilenet_v1_1.0_224_upto_conv_dw_13_relu.h5");
    const auto input = pictures<decltype(net)::extractor_type>();
    to.write("mobile_net", net.backbone(), input);
    to.write("mobile_net_head", net, input);
  }
  {
    using Backbone = MobileNetV2<Image<224, 224>, Alpha<35>>;
    Model<Frozen<Backbone>, Sequential<GlobalAveragePooling2D, Dense<5, Softmax>>> net{Seed{7}};
    net.backbone().load(to.weights / "mobilenet_v2_0.35_224_notop.h5");
    const auto input = pictures<decltype(net)::extractor_type>();
    to.write("mobile_net_v2", net.backbone(), input);
    to.write("mobile_net_v2_head", net, input);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: onnx_exchange OUT [WEIGHTS]\n";
    return 2;
  }
  const Exchange to{argv[1], argc > 2 ? argv[2] : ""};
  write_layers(to);
  write_inception_v3(to);
  if (!to.weights.empty()) write_mobile_nets(to);
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
