// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/simd.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/extractor.hpp>
#include <graft/model/keras_order.hpp>
#include <graft/model/parameters.hpp>

#include "data/image_files.hpp"
#include "support/golden.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>
#include <fstream>
#include <zlib.h>

namespace graft::test {

inline std::string dimensions(const Shape& shape) {
  std::string text;
  for (std::size_t i = 0; i < shape.rank; ++i) text += (i > 0 ? "x" : "") + std::to_string(shape[i]);
  return text;
}

/// Every layer's place, name, class, shape, parameters and sources, against the table of tests/golden/NAME.
template <LayeredNetwork Net>
void check_layer_table(const std::string& name) {
  CAPTURE(name);
  std::ifstream table{std::filesystem::path{GRAFT_SOURCE_DIR} / "tests/golden" / name / "layers.tsv"};
  std::string line;
  REQUIRE(std::getline(table, line));
  REQUIRE(line == "name\tclass\toutput_shape\tparameters\tinputs");
  constexpr auto& graph = graph_of<Net>;
  for (const std::size_t n : keras_order(graph)) {
    const Node& node = graph[n];
    std::string ours = node.name() + "\t" + std::string{node.keras_class} + "\t" + dimensions(node.output) +
                       "\t" + std::to_string(node.parameter_size) + "\t";
    for (std::size_t i = 0; i < node.input_count; ++i)
      ours += (i > 0 ? "," : "") + graph[node.inputs[i]].name();
    if (node.input_count == 0) ours += "-";
    REQUIRE(std::getline(table, line));
    CHECK(ours == line);
  }
  CHECK_FALSE(std::getline(table, line));
}

/// Numbers from -1 to 1 out of a name and an index, as tools/golden/applications.py has them.
class NamedNumbers {
 public:
  explicit NamedNumbers(const std::string& name)
      : start_{static_cast<std::uint32_t>(
            crc32(0, reinterpret_cast<const Bytef*>(name.data()), static_cast<uInt>(name.size())))} {}

  double operator()(std::size_t index) const {
    std::uint32_t h = static_cast<std::uint32_t>(index) * 0x9E3779B9u + start_;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    h ^= h >> 16;
    return static_cast<double>(h >> 8) / 8388608.0 - 1.0;
  }

 private:
  std::uint32_t start_;
};

/// A network's parameters by the formula of tools/golden/applications.py.
template <LayeredNetwork Net>
std::vector<float> named_parameters() {
  std::vector<float> values(graph_of<Net>.parameter_count);
  for (const ParameterEntry& entry : parameter_table<Net>()) {
    const auto is = [&](std::string_view kind) { return entry.name == kind; };
    const double window = static_cast<double>(entry.shape[0] * entry.shape[1]);
    double centre = 0.0, spread = 0.2;  // of biases and moving means
    if (is("depthwise_kernel")) spread = std::sqrt(3.0 / window);
    if (is("kernel") || is("pointwise_kernel"))
      spread = std::sqrt(3.0 / static_cast<double>(entry.shape.size() / entry.shape.channels()));
    if (is("beta")) spread = 0.3;
    if (is("gamma")) centre = 1.0, spread = 0.3;
    if (is("moving_variance")) centre = 1.0, spread = 0.5;
    if (is("mean")) centre = 0.5;
    if (is("variance")) centre = 0.3;
    if (is("count")) spread = 0.0;
    const NamedNumbers numbers{entry.layer + "/" + entry.name};
    for (std::size_t i = 0; i < entry.shape.size(); ++i)
      values[entry.offset + i] = static_cast<float>(centre + spread * numbers(i));
  }
  return values;
}

/// Whole networks are computed by Simd; without optimisation by Blas, whose products are compiled elsewhere.
#ifdef __OPTIMIZE__
using ApplicationBackend = Simd;
#else
using ApplicationBackend = Blas;
#endif

inline std::string size_text(const Shape& image) {
  return std::to_string(image[0]) + "x" + std::to_string(image[1]);
}

/// What a network makes of an image against what Keras makes of it: to 1e-4 of the largest value.
/// // image (height, width, channels) as the network takes it
template <LayeredNetwork Net, Backend B>
void check_golden_output(const Extractor<Net, B>& network, std::span<const float> image,
                         const Golden& golden) {
  constexpr Shape in = Net::input_shape;
  CAPTURE(size_text(in));
  REQUIRE(image.size() == in.size());
  auto batch = Tensor<4>::from_shape({1, in[0], in[1], in[2]});
  std::copy(image.begin(), image.end(), batch.data());
  const auto output = network.predict(batch);
  const auto expected = golden("output_" + size_text(in));
  const double largest = double{golden("largest_" + size_text(in))[0]};
  REQUIRE(expected.size() == (output.size() + 36) / 37);
  double worst = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::fabs(double{output.data()[37 * i]} - double{expected[i]}) / largest);
  CHECK(worst <= 1e-4);
}

/// The same with parameters by formula.
template <LayeredNetwork Net, Backend B = ApplicationBackend>
void check_golden_application(const std::string& name) {
  CAPTURE(name);
  constexpr Shape in = Net::input_shape;
  Extractor<Net, B> network;
  network.assign(named_parameters<Net>());
  const Pixels pixels = image_files::pattern(in[0], in[1]);
  std::vector<float> image(pixels.begin(), pixels.end());
  if (!std::is_same_v<typename Net::preprocessing, PassThrough>)
    for (float& x : image) x *= static_cast<float>(1 / 255.);
  check_golden_output(network, image, Golden{"applications/" + name});
}

/// The same with trained weights, and an image that is preprocessed as it was in training; where the weights
/// are not there, nothing is checked.
template <LayeredNetwork Net, Backend B = ApplicationBackend>
void check_golden_trained(const std::string& name, const std::string& file) {
  CAPTURE(name);
  constexpr Shape in = Net::input_shape;
  const std::filesystem::path weights = image_files::shared_data() / "weights" / file;
  if (!std::filesystem::exists(weights)) {
    MESSAGE("skipped: " << file << " of GRAFT_DATA or ../shared/data is not there");
    return;
  }
  Extractor<Net, B> network;
  network.load(weights);
  const Tensor<3> image = network.preprocess(image_files::pattern(in[0], in[1]));
  check_golden_output(network, {image.data(), image.size()}, Golden{"trained/" + name});
}

}  // namespace graft::test
