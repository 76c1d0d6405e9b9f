// SPDX-License-Identifier: MIT
#include <graft/training/progress.hpp>

#include <doctest/doctest.h>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

namespace progress_test {

using namespace graft;

namespace {

/// A console on a string, whose time is set by the test.
struct Recorder {
  std::ostringstream out;
  double now = 100;
  int readings = 0;

  Console console(bool terminal, std::size_t columns = 0) {
    return {.stream = &out, .terminal = terminal, .columns = columns, .clock = [this] {
              ++readings;
              return now;
            }};
  }
  /// What was written since the last call.
  std::string take() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

}  // namespace

// The lines were recorded from Progbar of tf_keras, at the same times and with the same figures (less the
// backspaces that it writes before each carriage return).
TEST_CASE("An epoch on a terminal looks as in Keras") {
  Recorder r;
  Progress progress = Progress::epoch(r.console(true), 0, 10, 34);
  CHECK(r.take() == "Epoch 1/10\n");
  const auto update = [&](double time, std::size_t done, double loss, double accuracy) {
    r.now = 100 + time;
    progress.update(done, {{"loss", loss}, {"accuracy", accuracy}});
    return r.take();
  };
  CHECK(update(1.5, 1, 0.71234567, 0.5) ==
        "\r 1/34 [..............................] - ETA: 49s - loss: 0.7123 - accuracy: 0.5000");
  CHECK(update(1.6, 2, 0.6, 0.55) ==
        "\r 2/34 [>.............................] - ETA: 3s - loss: 0.6000 - accuracy: 0.5500 ");
  CHECK(update(1.62, 3, 0.6, 0.55) == "");
  CHECK(update(2.0, 7, 0.5, 0.75) ==
        "\r 7/34 [=====>........................] - ETA: 2s - loss: 0.5000 - accuracy: 0.7500");
  CHECK(update(13.0, 33, 0.0009876, 0.99) ==
        "\r33/34 [============================>.] - ETA: 0s - loss: 9.8760e-04 - accuracy: 0.9900");
  CHECK(update(13.4, 34, 0.0123, 0.995) ==
        "\r34/34 [==============================] - ETA: 0s - loss: 0.0123 - accuracy: 0.9950    ");
  r.now = 115.2;
  progress.finish({{"loss", 0.0123}, {"accuracy", 0.995}, {"val_loss", 0.00012345}, {"val_accuracy", 1}});
  CHECK(r.take() ==
        "\r34/34 [==============================] - 15s 415ms/step - loss: 0.0123 - accuracy: 0.9950"
        " - val_loss: 1.2345e-04 - val_accuracy: 1.0000\n");
}

TEST_CASE("An epoch elsewhere is one line, as with verbose=2 in Keras") {
  Recorder r;
  Progress progress = Progress::epoch(r.console(false), 9, 10, 34);
  CHECK(r.take() == "Epoch 10/10\n");
  for (std::size_t step = 1; step <= 34; ++step) {
    r.now = 100 + static_cast<double>(step) / 3;
    progress.update(step, {{"loss", 0.5}});
  }
  CHECK(r.take() == "");
  r.now = 115.2;
  progress.finish({{"loss", 0.0123}, {"accuracy", 0.995}, {"val_loss", 0.00012345}, {"val_accuracy", 1}});
  CHECK(r.take() ==
        "34/34 - 15s - loss: 0.0123 - accuracy: 0.9950 - val_loss: 1.2345e-04 - val_accuracy: 1.0000"
        " - 15s/epoch - 447ms/step\n");
}

TEST_CASE("The only epoch has no title") {
  Recorder r;
  Progress::epoch(r.console(false), 0, 1, 34);
  CHECK(r.take() == "");
}

TEST_CASE("A diverged loss and very short steps are printed as in Keras") {
  const double nan = -std::numeric_limits<double>::quiet_NaN();
  for (const bool terminal : {true, false}) {
    Recorder r;
    Progress progress = Progress::epoch(r.console(terminal), 0, 1, 1);
    r.now = 100.0004;
    progress.finish({{"loss", nan}, {"accuracy", 0}});
    CHECK(r.take() ==
          (terminal
               ? "\r1/1 [==============================] - 0s 400us/step - loss: nan - accuracy: 0.0000e+00\n"
               : "1/1 - 0s - loss: nan - accuracy: 0.0000e+00 - 400us/epoch - 400us/step\n"));
  }
}

TEST_CASE("A task shows its label, the time left and the speed") {
  Recorder r;
  Progress progress = Progress::task(r.console(true), "Extracting features", 1000, "image");
  const auto update = [&](double time, std::size_t done) {
    r.now = 100 + time;
    progress.update(done);
    return r.take();
  };
  CHECK(update(0.0005, 1) ==
        "\rExtracting features    1/1000 [..............................] - ETA: 0s - 500us/image");
  CHECK(update(9000.0, 100) ==
        "\rExtracting features  100/1000 [==>...........................] - ETA: 22:43:38 - 91s/image");
  CHECK(update(9000.2, 500) ==
        "\rExtracting features  500/1000 [==============>...............] - ETA: 2:30:18 - 18s/image ");
  CHECK(update(9100.0, 990) ==
        "\rExtracting features  990/1000 [============================>.] - ETA: 1:32 - 9s/image    ");
  r.now = 9201;
  progress.finish();
  CHECK(r.take() ==
        "\rExtracting features 1000/1000 [==============================] - 9101s 9s/image      \n");

  Progress plain = Progress::task(r.console(false), "Extracting features", 834, "image");
  r.now += 18;
  plain.update(834);
  plain.finish();
  CHECK(r.take() == "Extracting features 834/834 - 18s - 22ms/image\n");
}

TEST_CASE("At most twenty updates a second reach the terminal") {
  Recorder r;
  Progress progress = Progress::epoch(r.console(true), 0, 1, 10000);
  int written = 0;
  for (std::size_t step = 1; step <= 10000; ++step) {  // a step each millisecond, for ten seconds
    r.now = 100 + static_cast<double>(step) / 1000;
    progress.update(step, {{"loss", 0.5}});
    if (!r.take().empty()) ++written;
  }
  CHECK(written <= 201);
  CHECK(written >= 190);
}

TEST_CASE("On a narrow terminal the running line never wraps") {
  for (const std::size_t columns : {20u, 60u, 80u, 100u}) {
    Recorder r;
    Progress progress = Progress::epoch(r.console(true, columns), 0, 1, 34);
    r.now = 105;
    progress.update(17, {{"loss", 0.5}, {"accuracy", 0.75}});
    const std::string line = r.take();
    CAPTURE(line);
    CHECK(line.size() - 1 < columns);  // less the carriage return
    CHECK(line.find("17/34 [") == 1);
    if (columns >= 80) CHECK(line.find("ETA: 5s - loss: 0.5000 - accuracy: 0.7500") != line.npos);
    if (columns == 100) CHECK(line.find("[==============>...............]") != line.npos);
    progress.finish();
  }
}

TEST_CASE("A task that fails ends its line") {
  Recorder r;
  try {
    Progress progress = Progress::epoch(r.console(true), 0, 1, 34);
    progress.update(1);
    r.take();
    throw std::runtime_error{"out of data"};
  } catch (const std::runtime_error&) {
  }
  CHECK(r.take() == "\n");
  {
    Progress progress = Progress::epoch(r.console(true), 0, 1, 34);
    progress.finish();
    r.take();
  }
  CHECK(r.take() == "");
}

TEST_CASE("An empty task is done at once") {
  Recorder r;
  Progress progress = Progress::task(r.console(true), "Extracting features", 0, "image");
  progress.finish();
  CHECK(r.take() == "\rExtracting features 0/0 [==============================] - 0s 0s/image\n");
}

TEST_CASE("A quiet progress neither writes nor looks at the clock") {
  Recorder r;
  Console console = r.console(true);
  console.stream = nullptr;
  Progress progress = Progress::epoch(console, 0, 10, 34);
  progress.update(1, {{"loss", 0.5}});
  progress.finish({{"loss", 0.5}});
  CHECK(r.take() == "");
  CHECK(r.readings == 0);
}

}  // namespace progress_test
