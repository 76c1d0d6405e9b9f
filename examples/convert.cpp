// SPDX-License-Identifier: MIT
// Moves the weights of a backbone from one format to another: convert IN OUT. What IN is, its content tells;
// what OUT becomes, its name: .h5, .weights.h5, .keras or .safetensors. A .h5 or .keras then has the
// description of the model, too, so that Keras' load_model takes it, whatever IN had.
#include "known_backbones/known_backbones.hpp"
#include <CLI/CLI.hpp>
#include <iostream>

struct Options {
  std::string in, out, backbone, until;
};

/// The backbone that was named, or the one that the file fits.
graft::RuntimeBackbone choose(const graft::Archive& archive, const Options& options) {
  const auto backbones = graft::backbones();
  if (!options.backbone.empty())
    return *std::find_if(backbones.begin(), backbones.end(), [&](const graft::RuntimeBackbone& known) {
      return known.name() == options.backbone;
    });
  const auto fits = graft::best_fits(archive, backbones);
  if (fits.size() != 1) {
    std::string names;
    for (const auto& fit : fits) names += (names.empty() ? "" : " and ") + fit.name;
    throw graft::Error{
        graft::expected_received(archive.file(), "a file that fits one backbone, or --backbone",
                                 fits.empty() ? "one that fits none" : "one that fits " + names)};
  }
  const auto& known = *std::find_if(backbones.begin(), backbones.end(), [&](const graft::RuntimeBackbone& b) {
    return b.name() == fits.front().name;
  });
  return fits.front().whole ? known : known.until(fits.front().layer);
}

void run(const Options& options) {
  const graft::Archive archive = graft::Archive::open(options.in);
  graft::RuntimeBackbone backbone = choose(archive, options);
  if (!options.until.empty()) backbone = backbone.until(options.until);
  backbone.write(options.out, backbone.read(archive));
  std::cout << options.in << " -> " << options.out << ": " << backbone.name() << " up to "
            << backbone.last_layer() << '\n';
  if (const auto others = backbone.left_out(archive); !others.empty()) {
    std::cout << "left out:";
    for (const std::string& layer : others) std::cout << ' ' << layer;
    std::cout << '\n';
  }
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Moves the weights of a backbone between Keras' .h5 and .keras and safetensors."};
  std::vector<std::string> names;
  for (const graft::RuntimeBackbone& backbone : graft::backbones()) names.emplace_back(backbone.name());
  app.add_option("in", options.in, "file to read: .h5, .weights.h5, .keras or safetensors")->required();
  app.add_option("out", options.out, "file to write, in the format that its name ends in")->required();
  app.add_option("--backbone", options.backbone,
                 "whose weights they are; if not given, the one that the file fits")
      ->check(CLI::IsMember(names));
  app.add_option("--until", options.until,
                 "the last layer to take; if not given, the last that the file has");
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
