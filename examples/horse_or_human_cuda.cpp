// SPDX-License-Identifier: MIT
// horse_or_human on an NVIDIA GPU: the same job with another policy. It ends with an error where there is no
// GPU, unless it is told that the processor may take its place (--backend auto).
#include <graft/graft_cuda.hpp>

#include "horse_or_human/command_line.hpp"

int main(int argc, char** argv) {
  Options options;
  std::string backend = "cuda";
  CLI::App app{"Trains a new head on a frozen Inception v3 to tell horses from humans, on a GPU."};
  add_options(app, options);
  app.add_option("--backend", backend, "cuda; auto: the processor where there is no GPU")
      ->check(CLI::IsMember({"cuda", "auto"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return report_errors([&] {
    const std::string missing = graft::Cuda::unavailable();
    if (backend == "auto" && !missing.empty()) {
      std::cout << "no GPU: " << missing << "; going on with the processor\n";
      run<graft::Simd>(options);
    } else {
      run<graft::Cuda>(options);
    }
  });
}
