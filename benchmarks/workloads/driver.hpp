// SPDX-License-Identifier: MIT
// The drivers' side of the protocol of run.py, and what the C++ drivers have in common.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What stands on the command line: pairs of `--name value`.
class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_[argv[i]] = argv[i + 1];
  }
  std::string operator[](const std::string& name) const {
    const auto found = values_.find("--" + name);
    if (found == values_.end()) throw std::runtime_error("expected --" + name);
    return found->second;
  }
  std::size_t number(const std::string& name) const { return std::stoul((*this)[name]); }

 private:
  std::map<std::string, std::string> values_;
};

inline std::vector<float> read_floats(const std::string& path, std::size_t count) {
  std::vector<float> values(count);
  std::ifstream file{path, std::ios::binary};
  if (!file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float))))
    throw std::runtime_error(path + ": expected " + std::to_string(count) + " floats");
  return values;
}

/// Two images, and a network's features of them in double precision, as peers/prepare.py wrote them.
struct Golden {
  std::vector<float> images, features;  // (2, rows, columns, channels)

  /// Sizes are those of one image and of its features.
  Golden(const std::string& folder, std::size_t image_size, std::size_t feature_size)
      : images{read_floats(folder + "/images.f32", 2 * image_size)},
        features{read_floats(folder + "/features.f32", 2 * feature_size)} {}

  /// The two images in turn. // (size, rows, columns, 3)
  std::vector<float> batch(std::size_t size) const {
    std::vector<float> result(size * images.size() / 2);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = images[i % images.size()];
    return result;
  }
  /// Largest |computed - golden|. // computed (batch, rows, columns, channels)
  double difference(const float* computed, std::size_t batch) const {
    double worst = 0;
    for (std::size_t i = 0; i < batch * features.size() / 2; ++i)
      worst = std::max(worst, std::abs(static_cast<double>(computed[i] - features[i % features.size()])));
    return worst;
  }
};

/// Eight batches of features and seven of labels: no batch has the same labels in two rounds, so that nothing
/// can be learnt by heart and the gradients stay what they are early in a training.
struct HeadBatches {
  static constexpr std::size_t inputs = 7 * 7 * 768, feature_batches = 8, label_batches = 7;
  std::size_t batch;
  std::vector<float> x, y;  // (8, batch, 37632), (7, batch, 1)

  HeadBatches(const std::string& folder, std::size_t size)
      : batch{size},
        x{read_floats(folder + "/head.f32", feature_batches * size * inputs)},
        y(label_batches * size) {
    std::mt19937 random{0};
    for (float& v : y) v = static_cast<float>(random() & 1);
  }
};

/// Where those batches lie.
struct HeadBatchPlaces {
  std::size_t batch;
  const float *x, *y;

  const float* features(std::size_t step) const {
    return x + step % HeadBatches::feature_batches * batch * HeadBatches::inputs;
  }
  const float* labels(std::size_t step) const { return y + step % HeadBatches::label_batches * batch; }
};

inline std::string error_note(double difference) {
  char text[32];
  std::snprintf(text, sizeof text, "error %.1e", difference);
  return text;
}

/// Answers every `sample <seconds>` with milliseconds per item; `work()` is `items` items.
template <class Work>
void serve(const std::string& version, const std::string& note, Work&& work, std::size_t items = 1) {
  std::cout << "ready\t" << version << '\t' << note << std::endl;
  std::string word;
  double seconds;
  while (std::cin >> word >> seconds) {
    work();  // the caches and threads of this process come back
    std::size_t calls = 0;
    const double start = now();
    while (calls == 0 || now() - start < seconds) {
      work();
      ++calls;
    }
    std::cout << (now() - start) * 1e3 / static_cast<double>(calls * items) << std::endl;
  }
}

}  // namespace bench
