// SPDX-License-Identifier: MIT
// A model that reads no image and no file needs neither libjpeg, libpng nor libhdf5.
#include <graft/layers/activations.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/dense.hpp>
#include <graft/model/model.hpp>

using Net = graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<1, graft::Sigmoid>>>;

int main() {
  const graft::Tensor<2> zeros = xt::zeros<float>({2, 3});  // (samples, 3)
  return Net{}.predict(zeros)(1, 0) == 0.5f ? 0 : 1;
}
