// SPDX-License-Identifier: MIT
// Fine-tuning: a head on an early cut of Inception v3 first, then the last blocks with it at a small learning
// rate; beside it the same head on the same cut, frozen throughout and trained for as many epochs. The head
// has to converge before anything is unfrozen: behind ten epochs of it fine-tuning does no better than the
// head alone after a hundred. Prints both for several seeds, and writes the curves of the last one
// (history.csv, report.html) and its model (fine_tuned.h5), which Keras' load_model reads too.
#include <graft/graft.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iomanip>
#include <iostream>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed2">;
using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<1, graft::Sigmoid>>;
using Net = graft::Model<graft::Frozen<Backbone>, Head, graft::Simd>;

struct Options {
  std::string weights = "examples/data/inception_v3_mixed7_f16.h5";
  std::string data = "examples/data/horse-or-human";
  std::string out = "build/fine_tune";
  std::size_t head_epochs = 100, epochs = 10, batch_size = 20, threads = 0, seeds = 3;
  float head_rate = 1e-2f, rate = 1e-4f;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print_row(std::uint64_t seed, std::string_view what, const graft::EpochLog& last, double seconds) {
  std::cout << std::setw(4) << seed << "  " << std::left << std::setw(12) << what << std::right << std::fixed
            << std::setprecision(4) << std::setw(14) << last.val_accuracy << std::setw(10) << last.val_loss
            << std::setw(10) << last.accuracy << std::setw(10) << last.loss << std::setprecision(1)
            << std::setw(9) << seconds << std::endl;  // the next row takes minutes
}

Net open_net(std::uint64_t seed, const Options& options) {
  Net net{graft::Seed{seed}, graft::Threads{options.threads}};
  net.backbone().load(options.weights);
  return net;
}

void run(const Options& options) {
  const graft::OutputFolder out{options.out};  // fails now rather than after the training
  const graft::ImageFolder train{options.data + "/train"}, validation{options.data + "/validation"};
  std::cout << graft::description(train) << '\n' << graft::description(validation) << "\n\n";
  std::cout << "seed  layers         val_accuracy  val_loss  accuracy      loss  seconds\n";

  for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
    const graft::Adam optimizer{.learning_rate = options.head_rate};
    auto start = std::chrono::steady_clock::now();
    Net frozen = open_net(seed, options);
    const auto head_alone = frozen.fit(train, graft::BinaryCrossentropy{}, optimizer,
                                       {.epochs = options.head_epochs + options.epochs,
                                        .batch_size = options.batch_size,
                                        .validation = &validation,
                                        .console = graft::Console::quiet()});
    print_row(seed, "head alone", head_alone.back(), seconds_since(start));

    start = std::chrono::steady_clock::now();
    auto tuned =
        graft::fine_tune<"mixed0">(open_net(seed, options), train, graft::BinaryCrossentropy{}, optimizer,
                                   {.head_epochs = options.head_epochs,
                                    .epochs = options.epochs,
                                    .learning_rate = options.rate,
                                    .batch_size = options.batch_size,
                                    .validation = &validation,
                                    .console = graft::Console::quiet()});
    print_row(seed, "fine-tuned", tuned.history.back(), seconds_since(start));

    if (seed < options.seeds) continue;
    const Net net = std::move(tuned.model);  // frozen whole again: it predicts faster
    auto report = graft::make_report(net, validation, net.extract(validation), tuned.history);
    report.title = "Fine-tuning";
    report.facts = {{"Backbone", "Inception v3, cut at mixed2; mixed1 and mixed2 fine-tuned"},
                    {"Images", options.data},
                    {"Seed", std::to_string(seed)}};
    tuned.history.write_csv(out / "history.csv");
    graft::write_report(out / "report.html", report);
    net.save(out / "fine_tuned.h5");
    std::cout << '\n'
              << report.confusion << "wrote " << (out / "history.csv").string()
              << ", report.html and fine_tuned.h5\n";
  }
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Fine-tunes two blocks of an Inception v3 to tell horses from humans."};
  app.add_option("--weights", options.weights, "Inception v3 in Keras' .h5 format")->capture_default_str();
  app.add_option("--data", options.data, "folder with train/ and validation/, one sub-folder per class")
      ->capture_default_str();
  app.add_option("--out", options.out, "folder for history.csv, report.html and the model")
      ->capture_default_str();
  app.add_option("--head-epochs", options.head_epochs, "epochs of the head alone")->capture_default_str();
  app.add_option("--epochs", options.epochs, "epochs of fine-tuning behind them")->capture_default_str();
  app.add_option("--head-rate", options.head_rate, "learning rate of the head alone")->capture_default_str();
  app.add_option("--rate", options.rate, "learning rate of fine-tuning")->capture_default_str();
  app.add_option("--batch-size", options.batch_size, "images in a step")->capture_default_str();
  app.add_option("--seeds", options.seeds, "seeds, from 1 on")->capture_default_str();
  app.add_option("--threads", options.threads, "threads; 0: one for each processor")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
