// SPDX-License-Identifier: MIT
// The memory of a process that predicts with VGG16 on 224 x 224 pixels: at most its weights, the planned
// arena and 200 MB. Each job runs in a process of its own, whose peak the kernel tells.
#include <graft/applications/vgg.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/model/with_top.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/save.hpp>

#include <iostream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace graft;

namespace {

using Backbone = VGG16<Image<224, 224>>;
using Classifier = Extractor<WithTop<Backbone>, Simd>;
using Net = Model<Frozen<Backbone>, Sequential<GlobalAveragePooling2D, Dense<1, Sigmoid>>>;

constexpr double allowance = 200;  // MB

Tensor<4> image() {
  auto batch = Tensor<4>::from_shape({1, 224, 224, 3});
  batch.fill(0.5f);
  return batch;
}

/// Runs a job in a child process; its peak in MB, or a negative number if it failed.
template <class Job>
double peak_of(const Job& job) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      job();
    } catch (const std::exception& error) {
      std::cerr << error.what() << '\n';
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child || status != 0) return -1;
  return static_cast<double>(usage.ru_maxrss) * 1024e-6;
}

bool check(std::string_view what, double peak, std::size_t weights, std::size_t arena) {
  const double weight = static_cast<double>(weights * sizeof(float)) * 1e-6;
  const double planned = static_cast<double>(arena * sizeof(float)) * 1e-6;
  const double rest = peak - weight - planned;
  const bool good = peak > 0 && rest <= allowance;
  std::cout << what << ": peak " << peak << " MB = weights " << weight << " + arena " << planned << " + "
            << rest << (good ? "" : ": expected at most 200 MB beside weights and arena") << '\n';
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string file = argc > 1 ? argv[1] : "vgg16_memory.h5";
  const double with_top = peak_of([] {
    Classifier classifier;
    classifier.assign(std::vector<float>(WithTop<Backbone>::parameter_count));
    classifier.predict(image(), Threads{1});
  });
  peak_of([&] {
    Net net{Seed{1}, Threads{1}};
    net.backbone().initialize(Seed{1});
    net.save(file);
  });
  const double loading = peak_of([&] { Net::load(file, {}, Threads{1}).predict(image()); });
  ::unlink(file.c_str());

  bool good = check("VGG16 with its top, predicting", with_top, WithTop<Backbone>::parameter_count,
                    Classifier::arena_size);
  good &= check("VGG16 with a head, loaded, predicting", loading, Net::parameter_count,
                Net::workspace_bytes / sizeof(float));
  return good ? 0 : 1;
}
