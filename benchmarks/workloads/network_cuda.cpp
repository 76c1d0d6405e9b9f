// SPDX-License-Identifier: MIT
#include <graft/graft_cuda.hpp>

#include "network.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  arguments["variant"] == graft::Cuda::name ? run<Inception, graft::Cuda>(arguments)
                                            : run<Inception, graft::CudaPrecise>(arguments);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
