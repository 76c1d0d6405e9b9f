// SPDX-License-Identifier: MIT
#include <graft/training/history.hpp>

#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace history_test {

using namespace graft;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

/// A folder of its own for each test case, removed at its end.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "graft-history-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::string csv_of(const History& history) {
  const Folder folder;
  history.write_csv(folder.path / "history.csv");
  std::ifstream file{folder.path / "history.csv", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("A history keeps its epochs in order") {
  History history;
  CHECK(history.empty());
  history.push_back({.epoch = 0, .loss = 0.5, .accuracy = 0.75});
  history.push_back({.epoch = 1, .loss = 0.25, .accuracy = 0.875, .val_loss = 0.3, .val_accuracy = 0.9});
  CHECK(history.size() == 2);
  CHECK(history.front().loss == 0.5);
  CHECK(history.back().val_accuracy == 0.9);
  CHECK(history[1].epoch == 1);
  CHECK_FALSE(history[0].validated());
  CHECK(std::isnan(history[0].val_accuracy));
  CHECK(history[1].validated());
  CHECK(history.validated());
  double sum = 0;
  for (const EpochLog& e : history) sum += e.loss;
  CHECK(sum == 0.75);
}

TEST_CASE("A history goes on with another as a new phase") {
  History history;
  history.append({{.epoch = 0, .loss = 0.5}, {.epoch = 1, .loss = 0.4}});
  CHECK(history.phases().empty());  // the first is no new one
  history.append({});
  history.append({{.epoch = 2, .loss = 0.3}});
  CHECK(history.size() == 3);
  CHECK(history[2].epoch == 2);
  CHECK(history.phases() == std::vector<std::size_t>{2});
}

TEST_CASE("The best epoch is the earliest of the highest validation accuracies") {
  const History history{{.epoch = 0, .accuracy = 1.0, .val_loss = 1, .val_accuracy = 0.5},
                        {.epoch = 1, .accuracy = 0.9, .val_loss = 1, .val_accuracy = 0.75},
                        {.epoch = 2, .accuracy = 0.9, .val_loss = 0, .val_accuracy = 0.75},
                        {.epoch = 3, .accuracy = 1.0}};
  CHECK(history.best().epoch == 1);
  CHECK(History{{.epoch = 0, .accuracy = 0.5}, {.epoch = 1, .accuracy = 0.75}, {.epoch = 2, .accuracy = 0.75}}
            .best()
            .epoch == 1);
  CHECK(History{{.epoch = 4, .accuracy = not_a_number}, {.epoch = 5, .accuracy = 0.0}}.best().epoch == 5);
  CHECK_THROWS_WITH_AS(History{}.best(), "History::best: expected at least one epoch, received none",
                       DataError);
}

// The bytes are those that keras.callbacks.CSVLogger of tf_keras wrote for the same logs.
TEST_CASE("write_csv writes what Keras' CSVLogger writes") {
  const History history{
      {.epoch = 0, .loss = 0.25780001282691956, .accuracy = 0.8987, .val_loss = 1e-5, .val_accuracy = 1},
      {.epoch = 1, .loss = 1e16, .accuracy = 1.0 / 3, .val_loss = 1.2345e-7, .val_accuracy = 0.1},
      {.epoch = 2, .loss = not_a_number, .accuracy = 0.5, .val_loss = infinity, .val_accuracy = 0},
      {.epoch = 3,
       .loss = 123456789012345680.0,
       .accuracy = 1e-4,
       .val_loss = 9007199254740993.0,
       .val_accuracy = 0.9},
      {.epoch = 4, .loss = 100, .accuracy = 1}};
  CHECK(csv_of(history) ==
        "epoch,accuracy,loss,val_accuracy,val_loss\r\n"
        "0,0.8987,0.25780001282691956,1.0,1e-05\r\n"
        "1,0.3333333333333333,1e+16,0.1,1.2345e-07\r\n"
        "2,0.5,nan,0.0,inf\r\n"
        "3,0.0001,1.2345678901234568e+17,0.9,9007199254740992.0\r\n"
        "4,1.0,100.0,NA,NA\r\n");
}

TEST_CASE("write_csv tells a diverged validation loss from a missing one") {
  CHECK(csv_of({{.epoch = 0, .loss = 1, .accuracy = 0.5, .val_loss = not_a_number, .val_accuracy = 0.5}}) ==
        "epoch,accuracy,loss,val_accuracy,val_loss\r\n0,0.5,1.0,0.5,nan\r\n");
}

TEST_CASE("write_csv leaves out the columns that no epoch has") {
  CHECK(csv_of({{.epoch = 0, .loss = 0.5, .accuracy = 0.75}}) == "epoch,accuracy,loss\r\n0,0.75,0.5\r\n");
  CHECK(csv_of({}) == "epoch,accuracy,loss\r\n");
}

TEST_CASE("write_csv reports a folder that does not exist") {
  const Folder folder;
  CHECK_THROWS_AS(History{}.write_csv(folder.path / "missing" / "history.csv"), OutputError);
}

}  // namespace history_test
