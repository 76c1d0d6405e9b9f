// SPDX-License-Identifier: MIT
// A user's program that computes on a GPU: graft::cuda. Where there is none, it says so.
#include <graft/backend/cuda/cuda.hpp>

#include <array>
#include <iostream>

int main() {
  if (const std::string missing = graft::Cuda::unavailable(); !missing.empty()) {
    std::cout << "no GPU: " << missing << '\n';
    return 0;
  }
  constexpr graft::ElementwiseSpec three{graft::contiguous({3}), graft::contiguous({3})};
  graft::Cuda::Context context;
  graft::Cuda::Buffer x{3}, y{3};
  std::array<float, 3> values{-1.0f, 2.0f, 3.0f};
  graft::Cuda::upload(context, values, x.data());
  graft::Cuda::activation<three, graft::Relu>(context, 1, x.data(), y.data());
  graft::Cuda::download(context, y.data(), values);
  return values == std::array{0.0f, 2.0f, 3.0f} ? 0 : 1;
}
