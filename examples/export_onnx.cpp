// SPDX-License-Identifier: MIT
// A model that quick_start has trained and saved, as a .onnx file for onnxruntime and others. Arguments: the
// saved model and the file to write. Needs graft::onnx, which is not a part of graft.hpp.
#include <graft/graft.hpp>
#include <graft/onnx/export_onnx.hpp>

#include <iostream>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;
using Net = graft::Model<graft::Frozen<Backbone>, Head, graft::Simd>;

int main(int argc, char** argv) try {
  const std::string saved = argc > 1 ? argv[1] : "horse_or_human.h5";
  const std::string exported = argc > 2 ? argv[2] : "horse_or_human.onnx";
  graft::export_onnx(Net::load(saved), exported, {.class_names = {"horses", "humans"}});
  std::cout << exported << " takes images (N, 150, 150, 3) in [0, 1]\n";
} catch (const graft::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
