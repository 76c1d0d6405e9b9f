// SPDX-License-Identifier: MIT
// Classifies images with a model that Teachable Machine has exported for Keras: keras_model.h5 and
// labels.txt, whose lines are "0 Horse", "1 Human". The number of classes is part of the type: Classes below.
#include <graft/graft.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <xtensor/xview.hpp>

constexpr std::size_t Classes = 2;
using Net = graft::Model<graft::Frozen<graft::MobileNetV2<graft::Image<224, 224>, graft::Alpha<35>>>,
                         graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<100, graft::Relu>,
                                           graft::Dense<Classes, graft::Softmax, graft::NoBias>>,
                         graft::Simd>;

/// The names of the classes, in their order. Throws DataError for a file that has others than Classes of
/// them.
std::array<std::string, Classes> read_labels(const std::string& path) {
  std::ifstream file{path};
  std::array<std::string, Classes> labels;
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    if (line.ends_with('\r')) line.pop_back();
    const std::string number = std::to_string(count) + ' ';
    if (count == Classes || !line.starts_with(number))
      throw graft::DataError{path,
                             std::to_string(Classes) + " lines, such as '0 Horse', each with its number",
                             "'" + line + "' in line " + std::to_string(count + 1)};
    labels[count] = line.substr(number.size());
  }
  if (count != Classes)
    throw graft::DataError{path, std::to_string(Classes) + " lines, such as '0 Horse'",
                           std::to_string(count)};
  return labels;
}

/// The square in the middle, as Teachable Machine takes it.
graft::Pixels middle(const graft::Pixels& image) {
  const std::size_t height = image.shape()[0], width = image.shape()[1], size = std::min(height, width);
  const std::size_t top = (height - size) / 2, left = (width - size) / 2;
  return xt::view(image, xt::range(top, top + size), xt::range(left, left + size), xt::all());
}

int main(int argc, char** argv) {
  std::string model = "keras_model.h5", labels_file = "labels.txt";
  std::vector<std::string> images;
  CLI::App app{"Classifies images with a model that Teachable Machine has exported for Keras."};
  app.add_option("--model", model, "keras_model.h5")->capture_default_str();
  app.add_option("--labels", labels_file, "labels.txt")->capture_default_str();
  app.add_option("images", images, "JPEG or PNG files")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const auto labels = read_labels(labels_file);
    const Net net = Net::load(model);
    std::cout << std::fixed << std::setprecision(4);
    for (const std::string& image : images) {
      const auto probabilities = net.predict(middle(graft::read_image(image)));
      const auto most = std::max_element(probabilities.begin(), probabilities.end());
      std::cout << image << ": " << labels[static_cast<std::size_t>(most - probabilities.begin())]
                << " with probability " << *most << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
