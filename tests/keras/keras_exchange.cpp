// SPDX-License-Identifier: MIT
// Hands models to and fro with Keras; see tools/keras_exchange.py, which runs it.
//   keras_exchange NETWORK IN INPUT.npy PREDICTION.npy [OUT...]
// loads a model from IN (for "seed": Inception v3 with the bundled weights and a fresh head), predicts INPUT,
// and saves the model in each OUT's format. The networks have the head Flatten, Dense(n, relu), Dropout,
// Dense(1).
#include <graft/graft.hpp>

#include <iostream>
#include <map>
#include <xtensor/xnpy.hpp>

namespace {

template <std::size_t Units>
using Head = graft::Sequential<graft::Flatten, graft::Dense<Units, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;
template <class Backbone, std::size_t Units = 16>
using Net = graft::Model<graft::Frozen<Backbone>, Head<Units>, graft::Blas>;
using graft::Alpha, graft::Image, graft::Rescale;

template <class N>
void exchange(const std::vector<std::string>& files) {
  N net{graft::Seed{7}};
  if (files[0] == "seed")
    net.backbone().load(GRAFT_SOURCE_DIR "/examples/data/inception_v3_mixed7_f16.h5");
  else
    net = N::load(files[0]);
  const graft::Tensor<4> input = xt::load_npy<float>(files[1]);
  xt::dump_npy(files[2], net.predict(input));
  for (std::size_t i = 3; i < files.size(); ++i) net.save(files[i]);
}

const std::map<std::string, void (*)(const std::vector<std::string>&)> networks{
    {"dense_net", &exchange<Net<graft::DenseNet121<Image<64, 64>, Rescale>>>},
    {"efficient_net", &exchange<Net<graft::EfficientNetB0<Image<64, 64>>>>},
    {"inception_v3", &exchange<Net<graft::InceptionV3<Image<150, 150>, Rescale>::Until<"mixed7">, 1024>>},
    {"mobile_net", &exchange<Net<graft::MobileNet<Image<96, 96>, Alpha<25>, Rescale>>>},
    {"mobile_net_v2", &exchange<Net<graft::MobileNetV2<Image<96, 96>, Alpha<35>, Rescale>>>},
    {"res_net", &exchange<Net<graft::ResNet50<Image<64, 64>, Rescale>>>},
    {"squeeze_net", &exchange<Net<graft::SqueezeNet<Image<64, 64>, Rescale>>>},
    {"xception", &exchange<Net<graft::Xception<Image<75, 75>, Rescale>>>},
    {"vgg16", &exchange<Net<graft::VGG16<Image<48, 48>, Rescale>>>}};

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  const auto network = arguments.empty() ? networks.end() : networks.find(arguments[0]);
  if (arguments.size() < 4 || network == networks.end()) {
    std::cerr << "usage: keras_exchange NETWORK IN INPUT.npy PREDICTION.npy [OUT...]\nNETWORK:";
    for (const auto& [name, run] : networks) std::cerr << ' ' << name;
    std::cerr << '\n';
    return 2;
  }
  network->second({arguments.begin() + 1, arguments.end()});
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
