// SPDX-License-Identifier: MIT
#include <graft/training/confusion_matrix.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <sstream>

namespace confusion_matrix_test {

using namespace graft;

TEST_CASE("A confusion matrix counts, and derives accuracy, precision and recall") {
  ConfusionMatrix matrix{{"cats", "dogs", "owls"}};
  const auto add = [&](std::size_t actual, std::size_t predicted, int times) {
    for (int i = 0; i < times; ++i) matrix.add(actual, predicted);
  };
  add(0, 0, 3), add(0, 1, 1), add(1, 1, 5), add(2, 0, 1);
  CHECK(matrix.classes() == 3);
  CHECK(matrix.count(0, 1) == 1);
  CHECK(matrix.count(1, 0) == 0);
  CHECK(matrix.total() == 10);
  CHECK(matrix.correct() == 8);
  CHECK(matrix.actual(0) == 4);
  CHECK(matrix.predicted(0) == 4);
  CHECK(matrix.predicted(1) == 6);
  CHECK(matrix.accuracy() == 0.8);
  CHECK(matrix.precision(0) == 0.75);
  CHECK(matrix.precision(1) == doctest::Approx(5.0 / 6));
  CHECK(matrix.recall(1) == 1.0);
  CHECK(matrix.recall(2) == 0.0);
  CHECK(std::isnan(matrix.precision(2)));
}

TEST_CASE("A confusion matrix refuses classes that it does not have, and counts nothing then") {
  ConfusionMatrix matrix{{"horses", "humans"}};
  CHECK_THROWS_WITH_AS(matrix.add(0, 2), "ConfusionMatrix::add: expected classes below 2, received 0 and 2",
                       ShapeError);
  CHECK_THROWS_AS(matrix.add(2, 0), ShapeError);
  CHECK(matrix.total() == 0);
  CHECK(std::isnan(matrix.accuracy()));
}

TEST_CASE("A confusion matrix prints as an aligned table") {
  ConfusionMatrix matrix{{"Käfer", "humans"}};
  for (int i = 0; i < 84; ++i) matrix.add(0, 0);
  matrix.add(0, 1);
  for (int i = 0; i < 88; ++i) matrix.add(1, 1);
  std::ostringstream text;
  text << matrix;
  CHECK(text.str() ==
        "actual \\ predicted     Käfer   humans    recall\n"
        "Käfer                     84        1   98.82 %\n"
        "humans                     0       88  100.00 %\n"
        "precision           100.00 %  98.88 %   99.42 %\n");
}

}  // namespace confusion_matrix_test
