// SPDX-License-Identifier: MIT
// The job of horse_or_human.cpp and horse_or_human_cuda.cpp, for any backend.
#pragma once

#include <graft/graft.hpp>

#include <chrono>
#include <iomanip>
#include <iostream>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

struct Options {
  std::string weights = "examples/data/inception_v3_mixed7_f16.h5";
  std::string data = "examples/data/horse-or-human";
  std::string out = "build/demo";
  std::size_t epochs = 10, batch_size = 20, threads = 0;
  std::uint64_t seed = 42;
  bool skip_bad_images = false, profile = false;
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline graft::ImageFolder open_folder(const std::string& path, const Options& options) {
  const auto on_bad_image = options.skip_bad_images ? graft::OnBadImage::skip : graft::OnBadImage::stop;
  graft::ImageFolder folder{path, {.on_bad_image = on_bad_image}};
  std::cout << graft::description(folder) << '\n';
  return folder;
}

template <graft::Backend B>
void run(const Options& options) {
  using Net = graft::Model<graft::Frozen<Backbone>, Head, B>;
  const auto start = std::chrono::steady_clock::now();
  const graft::OutputFolder out{options.out};  // fails now rather than after the training

  Net net{graft::Seed{options.seed}, graft::Threads{options.threads}};
  net.backbone().load(options.weights);
  std::cout << net.summary() << "\nlast layer output shape: " << graft::to_string(Backbone::output_shape)
            << '\n';

  const auto train = open_folder(options.data + "/train", options);
  const auto validation = open_folder(options.data + "/validation", options);
  graft::StageTimes times;
  graft::StageTimes* const timed = options.profile ? &times : nullptr;
  const graft::ExtractOptions how{.console = graft::Console::standard_output(), .times = timed};
  const auto train_features = net.extract(train, how), validation_features = net.extract(validation, how);
  if (const auto left_out = train_features.left_out() + validation_features.left_out(); left_out > 0)
    std::cout << "left out " << left_out << " images that cannot be decoded\n";

  const auto history =
      net.fit(train_features, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = 1e-4f},
              {.epochs = options.epochs,
               .batch_size = options.batch_size,
               .validation = &validation_features,
               .times = timed});
  const double seconds = seconds_since(start);

  auto report = graft::make_report(net, validation, validation_features, history);
  report.title = "Horse or human";
  report.facts = {{"Backbone", "Inception v3, frozen, cut at mixed7"},
                  {"Weights", options.weights},
                  {"Images", options.data},
                  {"Seed", std::to_string(options.seed)},
                  {"Batch size", std::to_string(options.batch_size)}};
  history.write_csv(out / "history.csv");
  graft::write_report(out / "report.html", report);
  net.save(out / "horse_or_human.h5");

  std::cout << '\n' << report.confusion << std::fixed << std::setprecision(4);
  if (!history.empty())
    std::cout << "best validation accuracy " << history.best().val_accuracy << " (loss "
              << history.best().val_loss << ") in epoch " << history.best().epoch + 1 << " of "
              << history.size() << '\n';
  std::cout << std::setprecision(1) << "time " << seconds << " s for features, training and validation\n"
            << "wrote " << (out / "history.csv").string() << ", report.html and horse_or_human.h5\n";
  if (options.profile) {
    std::cout << '\n' << times.table();
    if constexpr (B::reads_host_memory) {  // the clock of the processor sees the layers
      const graft::Profile profile = net.backbone().profile({.threads = net.threads()});
      std::cout << '\n' << profile.table() << '\n' << profile.roofline();
    }
  }
}

// On the processor it is compiled once for both programs, in job.cpp.
extern template void run<graft::Simd>(const Options& options);
