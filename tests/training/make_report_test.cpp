// SPDX-License-Identifier: MIT
#include <graft/data/encode_image.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/model/summary.hpp>
#include <graft/training/make_report.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

namespace make_report_test {

using namespace graft;

TEST_CASE("a verdict is the class on its side of one half, or the first of the largest") {
  const float human[]{0.75f}, horse[]{0.25f}, half[]{0.5f}, three[]{0.25f, 0.5f, 0.5f};
  CHECK(graft::detail::verdict(human).label == 1);
  CHECK(graft::detail::verdict(human).probability == 0.75);
  CHECK(graft::detail::verdict(horse).label == 0);
  CHECK(graft::detail::verdict(horse).probability == 0.75);
  CHECK(graft::detail::verdict(half).label == 0);
  CHECK(graft::detail::verdict(three).label == 1);
}

TEST_CASE("a thumbnail keeps its proportions and never grows") {
  const Pixels wide = Pixels::from_shape({100, 300, 3}), small = Pixels::from_shape({20, 10, 3});
  CHECK(graft::detail::thumbnail(wide, 150).shape(0) == 50);
  CHECK(graft::detail::thumbnail(wide, 150).shape(1) == 150);
  CHECK(graft::detail::thumbnail(small, 150).shape(0) == 20);
}

TEST_CASE("a report has every image in its matrix, and the most wrong first") {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("graft-report-" + std::to_string(::getpid()));
  fs::remove_all(root);
  // Gray images; the head below says P(b) = sigmoid(brightness - 1/2), so b's dark image and a's bright one
  // are wrong.
  const auto write = [&](const char* name, int value) {
    fs::create_directories((root / name).parent_path());
    Pixels image = Pixels::from_shape({8, 8, 3});
    image.fill(static_cast<std::uint8_t>(value));
    write_image(root / name, image);
  };
  write("a/1.png", 0);
  write("a/2.png", 255);
  write("b/1.png", 204);
  write("b/2.png", 51);

  using Net = Model<Image<8, 8>, Sequential<GlobalAveragePooling2D, Dense<1, Sigmoid>>>;
  Net net{Seed{1}, Threads{1}};
  net.head().assign(std::vector<float>{4.0f, 0.0f, 0.0f, -2.0f});
  const ImageFolder folder{root};
  const Report report = make_report(net, folder, net.extract(folder), History{}, 3);
  CHECK(report.confusion.count(0, 0) == 1);
  CHECK(report.confusion.count(0, 1) == 1);
  CHECK(report.confusion.count(1, 0) == 1);
  CHECK(report.confusion.count(1, 1) == 1);
  REQUIRE(report.mistakes.size() == 3);
  CHECK(report.mistakes[0].file == "a/2.png");  // P(b) = sigmoid(2), and wrong
  CHECK(report.mistakes[0].probability == doctest::Approx(0.880797));
  CHECK(report.mistakes[1].file == "b/2.png");  // P(a) = sigmoid(1.2), and wrong
  CHECK(report.mistakes[2].file == "b/1.png");  // right, and the less certain of the two
  CHECK(report.mistakes[2].actual == report.mistakes[2].predicted);
  CHECK(report.summary.find("dense_1 (Dense)") != std::string::npos);
  fs::remove_all(root);
}

}  // namespace make_report_test
