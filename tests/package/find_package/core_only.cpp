// SPDX-License-Identifier: MIT
// Shapes and tensors need neither libjpeg, libpng nor libhdf5.
#include <graft/core/shape.hpp>
#include <graft/tensor/tensor.hpp>

int main() {
  const graft::Tensor<2> features = xt::zeros<float>({2, 768});
  return graft::Shape{features.shape(1)}.size() == 768 ? 0 : 1;
}
