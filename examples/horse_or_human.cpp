// SPDX-License-Identifier: MIT
// Transfer learning on images of horses and humans, or of any two classes: Inception v3, frozen and cut at
// mixed7, with a new head. Writes the curves (history.csv), a page to look at (report.html) and the model
// (horse_or_human.h5), which Keras' load_model reads too.
#include "horse_or_human/command_line.hpp"

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Trains a new head on a frozen Inception v3 to tell horses from humans."};
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  return report_errors([&] { run<graft::Simd>(options); });
}
