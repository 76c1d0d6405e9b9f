// SPDX-License-Identifier: MIT
#include "network.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string network = arguments["network"], backend = arguments["variant"];
  const bool simd = backend == graft::Simd::name, blas = backend == graft::Blas::name;
  if (network == "inception" && simd) return run<Inception, graft::Simd>(arguments), 0;
  if (network == "inception" && blas) return run<Inception, graft::Blas>(arguments), 0;
  if (network == "inception" && backend == graft::SimdBfloat16::name)
    return run<Inception, graft::SimdBfloat16>(arguments), 0;
  if (network == "mobile_net" && simd) return run<MobileNet, graft::Simd>(arguments), 0;
  if (network == "mobile_net" && blas) return run<MobileNet, graft::Blas>(arguments), 0;
  if (network == "mobile_net_v2" && simd) return run<MobileNetV2, graft::Simd>(arguments), 0;
  if (network == "mobile_net_v2" && blas) return run<MobileNetV2, graft::Blas>(arguments), 0;
  throw std::runtime_error("this program has no " + network + " with " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
