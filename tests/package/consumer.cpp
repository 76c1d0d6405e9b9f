// SPDX-License-Identifier: MIT
// A user's program that needs every library that graft names: a model, a file of weights, an image.
#include <graft/graft.hpp>

#include <iostream>

using Net = graft::Model<graft::Input<3>,
                         graft::Sequential<graft::Dense<4, graft::Relu>, graft::Dense<1, graft::Sigmoid>>>;

int main() {
  const graft::Tensor<2> samples{{1.0f, 2.0f, 3.0f}, {-1.0f, 0.5f, 0.0f}};  // (samples, 3)
  const Net net{graft::Seed{1}};
  net.save("consumer.h5");
  if (Net::load("consumer.h5").predict(samples) != net.predict(samples)) {
    std::cerr << "expected the loaded model to predict what the saved one does, received something else\n";
    return 1;
  }
  try {
    graft::read_image("there is no such file.png");
  } catch (const graft::ImageError& error) {
    std::cout << error.what() << '\n';
    return 0;
  }
  std::cerr << "expected graft::ImageError, received none\n";
  return 1;
}
