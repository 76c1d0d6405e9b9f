// SPDX-License-Identifier: MIT
// Which layer to cut at: one pass of Inception v3 over images of horses and humans gives the features at
// several of its blocks, and the same head is trained on each. Prints accuracy beside feature size,
// multiply-adds and time, and writes a page with plots (report.html).
#include <graft/graft.hpp>

#include <CLI/CLI.hpp>
#include <iostream>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<256, graft::Relu>,
                               graft::Dropout<20>, graft::Dense<1, graft::Sigmoid>>;

struct Options {
  std::string weights = "examples/data/inception_v3_mixed7_f16.h5";
  std::string data = "examples/data/horse-or-human";
  std::string out = "build/compare_cuts";
  std::size_t epochs = 10, batch_size = 20, threads = 0;
  std::uint64_t seed = 42;
  float rate = 1e-3f;
};

template <graft::fixed_string Cut>
graft::CutResult train_head(const graft::CutFeatures& train, const graft::CutFeatures& validation,
                            const Options& options) {
  using Net = graft::Model<graft::Frozen<Backbone::Until<Cut>>, Head, graft::Simd>;
  Net net{graft::Seed{options.seed}, graft::Threads{options.threads}};  // the features need no backbone
  std::cout << "Training the head behind " << train.cut.layer << std::endl;
  auto history =
      net.fit(train.features, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = options.rate},
              {.epochs = options.epochs,
               .batch_size = options.batch_size,
               .validation = &validation.features,
               .console = graft::Console::quiet()});
  return {train.cut, Net::trainable_parameter_count, std::move(history)};
}

template <graft::fixed_string... Cuts>
graft::CutComparison compare(const Options& options) {
  const graft::ImageFolder train{options.data + "/train"}, validation{options.data + "/validation"};
  std::cout << graft::description(train) << '\n' << graft::description(validation) << '\n';
  graft::Extractor<Backbone, graft::Simd> backbone;
  backbone.load(options.weights);

  const graft::ExtractOptions how{.console = graft::Console::standard_output()};
  const graft::Threads threads{options.threads};
  const auto train_features = graft::extract_cuts<Cuts...>(backbone, train, how, threads);
  const auto validation_features = graft::extract_cuts<Cuts...>(backbone, validation, how, threads);

  graft::CutComparison comparison{.title = "Where to cut Inception v3"};
  std::size_t k = 0;
  const auto add = [&](auto train_cut) {
    comparison.results.push_back(train_cut(train_features[k], validation_features[k], options));
    ++k;
  };
  (add(&train_head<Cuts>), ...);
  return comparison;
}

void run(const Options& options) {
  const graft::OutputFolder out{options.out};  // fails now rather than after the training
  auto comparison = compare<"mixed0", "mixed2", "mixed3", "mixed4", "mixed5", "mixed7">(options);
  comparison.facts = {{"Backbone", "Inception v3, frozen, 150 x 150 pixels"},
                      {"Head", "GlobalAveragePooling2D, Dense 256 relu, Dropout 20 %, Dense 1 sigmoid"},
                      {"Weights", options.weights},
                      {"Images", options.data},
                      {"Epochs", std::to_string(options.epochs)},
                      {"Batch size", std::to_string(options.batch_size)},
                      {"Seed", std::to_string(options.seed)}};
  graft::write_report(out / "report.html", comparison);
  std::cout << '\n'
            << comparison.table() << "\nbest cut: " << comparison.best().cut.layer << "\nwrote "
            << (out / "report.html").string() << '\n';
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Trains the same head behind several layers of a frozen Inception v3."};
  app.add_option("--weights", options.weights, "Inception v3 in Keras' .h5 format")->capture_default_str();
  app.add_option("--data", options.data, "folder with train/ and validation/, one sub-folder per class")
      ->capture_default_str();
  app.add_option("--out", options.out, "folder for report.html")->capture_default_str();
  app.add_option("--epochs", options.epochs, "epochs of each head")->capture_default_str();
  app.add_option("--rate", options.rate, "learning rate")->capture_default_str();
  app.add_option("--batch-size", options.batch_size, "images in a step")->capture_default_str();
  app.add_option("--seed", options.seed, "seed of everything random")->capture_default_str();
  app.add_option("--threads", options.threads, "threads; 0: one for each processor")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
