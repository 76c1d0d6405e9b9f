// SPDX-License-Identifier: MIT
// Hands models to and fro with Keras; see tools/keras_check.py, which runs it.
//   keras_exchange save OUT.h5 INPUT.npy PREDICTION.npy   builds a model, saves it, predicts INPUT
//   keras_exchange load IN.h5 INPUT.npy PREDICTION.npy    loads a model that Keras saved, predicts INPUT
#include <graft/graft.hpp>

#include <iostream>
#include <xtensor/xnpy.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;
using Net = graft::Model<graft::Frozen<Backbone>, Head>;

int main(int argc, char** argv) try {
  const std::string what = argc == 5 ? argv[1] : "";
  if (what != "save" && what != "load") {
    std::cerr << "usage: keras_exchange save|load MODEL.h5 INPUT.npy PREDICTION.npy\n";
    return 2;
  }
  Net net{graft::Seed{7}};
  if (what == "save") {
    net.backbone().load(GRAFT_SOURCE_DIR "/examples/data/inception_v3_mixed7_f16.h5");
    net.save(argv[2]);
  } else {
    net = Net::load(argv[2]);
  }
  const graft::Tensor<4> input = xt::load_npy<float>(argv[3]);
  xt::dump_npy(argv[4], net.predict(input));
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
