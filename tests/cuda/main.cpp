// SPDX-License-Identifier: MIT
// Runs the tests of a GPU, or says why it cannot and ends with the status that ctest takes for "skipped".
#include <graft/backend/cuda/cuda.hpp>

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <iostream>

int main(int argc, char** argv) {
  if (const std::string missing = graft::Cuda::unavailable(); !missing.empty()) {
    std::cout << "skipped: expected an NVIDIA GPU and its driver, received " << missing << '\n';
    return 77;
  }
  return doctest::Context{argc, argv}.run();
}
