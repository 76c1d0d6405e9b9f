// SPDX-License-Identifier: MIT
#include "seed_job.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string backend = arguments["variant"];
  if (backend == graft::Simd::name) return run<graft::Simd>(arguments), 0;
  if (backend == graft::Blas::name) return run<graft::Blas>(arguments), 0;
  throw std::runtime_error("this program has no " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
