// SPDX-License-Identifier: MIT
// Prints what weight files hold (Keras' .h5 of any generation, .weights.h5, .keras, safetensors): layers and
// arrays as a tree, totals, and for which backbones of graft they have the weights, up to which layer.
#include "known_backbones/known_backbones.hpp"
#include <CLI/CLI.hpp>
#include <iostream>

int main(int argc, char** argv) {
  std::vector<std::string> files{"examples/data/inception_v3_mixed7_f16.h5"};
  CLI::App app{"Prints what weight files hold, and which backbones they fit."};
  app.add_option("files", files, "Keras' .h5 or .keras, or safetensors")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  int status = 0;
  for (const std::string& file : files) try {
      std::cout << graft::inspect(file);
    } catch (const std::exception& error) {
      std::cerr << "error: " << error.what() << '\n';
      status = 1;
    }
  return status;
}
