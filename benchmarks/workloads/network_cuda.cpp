// SPDX-License-Identifier: MIT
#include <graft/graft_cuda.hpp>

#include "network.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string backend = arguments["variant"];
  if (backend == graft::Cuda::name) return run<Inception, graft::Cuda>(arguments), 0;
  if (backend == graft::CudaPrecise::name) return run<Inception, graft::CudaPrecise>(arguments), 0;
  if (backend == graft::CudaBfloat16::name) return run<Inception, graft::CudaBfloat16>(arguments), 0;
  throw std::runtime_error("this program has no " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
