// SPDX-License-Identifier: MIT
#include <graft/graft_cuda.hpp>

#include "head_step.hpp"

int main(int argc, char** argv) try {
  run<graft::Cuda>(bench::Arguments{argc, argv});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
