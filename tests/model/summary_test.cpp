// SPDX-License-Identifier: MIT
#include <graft/applications/inception_v3.hpp>
#include <graft/model/summary.hpp>

#include "model/small_network.hpp"
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace summary_test {

using namespace graft;
using namespace graft::test;

namespace {

std::string without_blanks_at_line_ends(const std::string& text) {
  std::istringstream lines{text};
  std::string result;
  for (std::string line; std::getline(lines, line);)
    result += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  return result;
}

std::string golden_text(const std::string& name) {
  std::ifstream file{std::filesystem::path{GRAFT_SOURCE_DIR} / "tests" / "golden" / name};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return without_blanks_at_line_ends(text.str());
}

}  // namespace

TEST_CASE("the summary of Inception v3 with a head is Keras' own") {
  using Backbone = InceptionV3<Image<150, 150>>::Until<"mixed7">;
  using Head = Sequential<Flatten, Dense<1024, Relu>, Dropout<20>, Dense<1, Sigmoid>>;
  // The table needs no weights, but the head's 154 MB are there.
  const Model<Frozen<Backbone>, Head, Reference> model;
  CHECK(without_blanks_at_line_ends(model.summary()) ==
        golden_text("inception_v3/summary_mixed7_keras_2_0_names.txt"));
}

TEST_CASE("the summary of a head alone begins with its input") {
  const Model<Input<4>, Sequential<Dense<6, Relu>, BatchNormalization<>, Dense<2>>, Reference> model;
  CHECK(model.summary() ==
        "Model: \"model\"\n"
        "_________________________________________________________________\n"
        " Layer (type)                Output Shape              Param #   \n"
        "=================================================================\n"
        " input_1 (InputLayer)        [(None, 4)]               0         \n"
        "                                                                 \n"
        " dense_1 (Dense)             (None, 6)                 30        \n"
        "                                                                 \n"
        " batch_normalization_1 (Bat  (None, 6)                 24        \n"
        " chNormalization)                                                \n"
        "                                                                 \n"
        " dense_2 (Dense)             (None, 2)                 14        \n"
        "                                                                 \n"
        "=================================================================\n"
        "Total params: 68 (272.00 Byte)\n"
        "Trainable params: 56 (224.00 Byte)\n"
        "Non-trainable params: 12 (48.00 Byte)\n"
        "_________________________________________________________________\n");
}

}  // namespace summary_test
