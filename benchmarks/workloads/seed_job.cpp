// SPDX-License-Identifier: MIT
#include "seed_job.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  arguments["variant"] == graft::Simd::name ? run<graft::Simd>(arguments) : run<graft::Blas>(arguments);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
