// SPDX-License-Identifier: MIT
#include <graft/model/summary_table.hpp>

#include <cstddef>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace summary_table_test {

using namespace graft;

// The expected tables were printed by model.summary() of tf_keras 2.20, for the same models.

TEST_CASE("summary_table prints a model with branches as Keras does") {
  const std::string picture = "a_picture_with_a_very_long_name_of_its_own";
  const std::vector<SummaryRow> rows{
      {picture + " (InputLayer)", "[(None, 8, 8, 3)]", 0, {}},
      {"c1 (Conv2D)", "(None, 8, 8, 4)", 112, {picture + "[0][0]"}},
      {"a_second_convolution_with_a_long_name (Conv2D)", "(None, 8, 8, 4)", 16, {picture + "[0][0]"}},
      {"join (Concatenate)",
       "(None, 8, 8, 12)",
       0,
       {"c1[0][0]", "a_second_convolution_with_a_long_name[0][0]", "c1[0][0]"}},
      {"bn (BatchNormalization)", "(None, 8, 8, 12)", 48, {"join[0][0]"}},
      {"flatten (Flatten)", "(None, 768)", 0, {"bn[0][0]"}},
      {"dense (Dense)", "(None, 70000)", 53830000, {"flatten[0][0]"}}};
  CHECK(
      summary_table("two_branches", rows, 53830040, 136) ==
      "Model: \"two_branches\"\n"
      "__________________________________________________________________________________________________\n"
      " Layer (type)                Output Shape                 Param #   Connected to                  \n"
      "==================================================================================================\n"
      " a_picture_with_a_very_long  [(None, 8, 8, 3)]            0         []                            \n"
      " _name_of_its_own (InputLay                                                                       \n"
      " er)                                                                                              \n"
      "                                                                                                  \n"
      " c1 (Conv2D)                 (None, 8, 8, 4)              112       ['a_picture_with_a_very_long_n\n"
      "                                                                    ame_of_its_own[0][0]']        \n"
      "                                                                                                  \n"
      " a_second_convolution_with_  (None, 8, 8, 4)              16        ['a_picture_with_a_very_long_n\n"
      " a_long_name (Conv2D)                                               ame_of_its_own[0][0]']        \n"
      "                                                                                                  \n"
      " join (Concatenate)          (None, 8, 8, 12)             0         ['c1[0][0]',                  \n"
      "                                                                     'a_second_convolution_with_a_\n"
      "                                                                    long_name[0][0]',             \n"
      "                                                                     'c1[0][0]']                  \n"
      "                                                                                                  \n"
      " bn (BatchNormalization)     (None, 8, 8, 12)             48        ['join[0][0]']                \n"
      "                                                                                                  \n"
      " flatten (Flatten)           (None, 768)                  0         ['bn[0][0]']                  \n"
      "                                                                                                  \n"
      " dense (Dense)               (None, 70000)                5383000   ['flatten[0][0]']             \n"
      "                                                          0                                       \n"
      "                                                                                                  \n"
      "==================================================================================================\n"
      "Total params: 53830176 (205.35 MB)\n"
      "Trainable params: 53830040 (205.35 MB)\n"
      "Non-trainable params: 136 (544.00 Byte)\n"
      "__________________________________________________________________________________________________\n");
}

TEST_CASE("summary_table prints a model without branches as Keras does") {
  const std::vector<SummaryRow> rows{{"input_1 (InputLayer)", "[(None, 8, 8, 3)]", 0, {}},
                                     {"conv (Conv2D)", "(None, 8, 8, 4)", 112, {"input_1[0][0]"}},
                                     {"flatten (Flatten)", "(None, 256)", 0, {"conv[0][0]"}},
                                     {"dense (Dense)", "(None, 1)", 257, {"flatten[0][0]"}}};
  CHECK(summary_table("model", rows, 369, 0) ==
        "Model: \"model\"\n"
        "_________________________________________________________________\n"
        " Layer (type)                Output Shape              Param #   \n"
        "=================================================================\n"
        " input_1 (InputLayer)        [(None, 8, 8, 3)]         0         \n"
        "                                                                 \n"
        " conv (Conv2D)               (None, 8, 8, 4)           112       \n"
        "                                                                 \n"
        " flatten (Flatten)           (None, 256)               0         \n"
        "                                                                 \n"
        " dense (Dense)               (None, 1)                 257       \n"
        "                                                                 \n"
        "=================================================================\n"
        "Total params: 369 (1.44 KB)\n"
        "Trainable params: 369 (1.44 KB)\n"
        "Non-trainable params: 0 (0.00 Byte)\n"
        "_________________________________________________________________\n");
}

TEST_CASE("summary_table prints a Sequential as Keras does, which hides its input layer") {
  const std::vector<SummaryRow> rows{
      {"flatten (Flatten)", "(None, 37632)", 0, {"input_1[0][0]"}},
      {"dense (Dense)", "(None, 1024)", 38536192, {"flatten[0][0]"}},
      {"dropout (Dropout)", "(None, 1024)", 0, {"dense[0][0]"}},
      {"a_dense_layer_with_a_long_name (Dense)", "(None, 1)", 1025, {"dropout[0][0]"}}};
  CHECK(summary_table("sequential", rows, 38537217, 0) ==
        "Model: \"sequential\"\n"
        "_________________________________________________________________\n"
        " Layer (type)                Output Shape              Param #   \n"
        "=================================================================\n"
        " flatten (Flatten)           (None, 37632)             0         \n"
        "                                                                 \n"
        " dense (Dense)               (None, 1024)              38536192  \n"
        "                                                                 \n"
        " dropout (Dropout)           (None, 1024)              0         \n"
        "                                                                 \n"
        " a_dense_layer_with_a_long_  (None, 1)                 1025      \n"
        " name (Dense)                                                    \n"
        "                                                                 \n"
        "=================================================================\n"
        "Total params: 38537217 (147.01 MB)\n"
        "Trainable params: 38537217 (147.01 MB)\n"
        "Non-trainable params: 0 (0.00 Byte)\n"
        "_________________________________________________________________\n");
}

// Both golden files are Keras' own: the layers of Inception v3, and the summary of the model cut at mixed7.
TEST_CASE("summary_table prints Inception v3 with a head as Keras does, line for line") {
  const std::string golden = GRAFT_SOURCE_DIR "/tests/golden/inception_v3/";
  std::ifstream layers{golden + "layers.tsv"};
  std::string line;
  REQUIRE(std::getline(layers, line));  // the header
  std::vector<SummaryRow> rows;
  std::string name;
  std::size_t total = 0;
  while (name != "mixed7" && std::getline(layers, line)) {
    std::istringstream cells{line};
    std::string type, shape, parameters, inputs, input;
    cells >> name >> type >> shape >> parameters >> inputs;
    for (std::size_t at = 0; (at = shape.find('x', at)) != shape.npos;) shape.replace(at, 1, ", ");
    shape = "(None, " + shape + ")";
    SummaryRow row{name + " (" + type + ")",
                   type == "InputLayer" ? "[" + shape + "]" : shape,
                   std::stoul(parameters),
                   {}};
    for (std::istringstream list{inputs}; inputs != "-" && std::getline(list, input, ',');)
      row.connected_to.push_back(input + "[0][0]");
    total += row.parameters;
    rows.push_back(std::move(row));
  }
  CHECK(total == 8975264);
  rows.push_back({"flatten_1 (Flatten)", "(None, 37632)", 0, {"mixed7[0][0]"}});
  rows.push_back({"dense_1 (Dense)", "(None, 1024)", 38536192, {"flatten_1[0][0]"}});
  rows.push_back({"dropout_1 (Dropout)", "(None, 1024)", 0, {"dense_1[0][0]"}});
  rows.push_back({"dense_2 (Dense)", "(None, 1)", 1025, {"dropout_1[0][0]"}});

  std::ifstream file{golden + "summary_mixed7_keras_2_0_names.txt", std::ios::binary};
  const std::string expected{std::istreambuf_iterator<char>{file}, {}};
  REQUIRE(expected.size() > 10000);
  const std::string model = expected.substr(8, expected.find('"', 8) - 8);
  std::istringstream lines{summary_table(model, rows, 38537217, total)};
  std::string table;  // without blanks at line ends, as in the file
  while (std::getline(lines, line)) table += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  CHECK(table == expected);
}

TEST_CASE("A layer that does not follow the one above it makes the table a branched one") {
  const auto width = [](const std::vector<SummaryRow>& rows) {
    const std::string table = summary_table("m", rows, 0, 0);
    return table.find('\n', table.find('_')) - table.find('_');
  };
  const SummaryRow input{"input (InputLayer)", "[(None, 8)]", 0, {}};
  const SummaryRow a{"a (Dense)", "(None, 8)", 72, {"input[0][0]"}};
  CHECK(width({}) == 65);
  CHECK(width({input, a}) == 65);
  CHECK(width({input, a, {"b (Dense)", "(None, 8)", 72, {"input[0][0]"}}}) == 98);
  CHECK(width({input, a, {"b (Add)", "(None, 8)", 0, {"a[0][0]", "input[0][0]"}}}) == 98);
  CHECK(width({input, {"second_input (InputLayer)", "[(None, 8)]", 0, {}}}) == 98);
}

TEST_CASE("Sizes of parameters are printed as Keras prints them") {
  CHECK(detail::readable_memory_size(0) == "0.00 Byte");
  CHECK(detail::readable_memory_size(255) == "1020.00 Byte");
  CHECK(detail::readable_memory_size(256) == "1.00 KB");
  CHECK(detail::readable_memory_size(8975264) == "34.24 MB");
  CHECK(detail::readable_memory_size(47512481) == "181.25 MB");
  CHECK(detail::readable_memory_size(500000000) == "1.86 GB");
}

}  // namespace summary_table_test
