// SPDX-License-Identifier: MIT
// The job of horse_or_human on small backbones, chosen by name: MobileNet, MobileNet V2 of alpha 0.35,
// SqueezeNet. Each is frozen, and the same head is trained on what it makes of the images, averaged over the
// map. Prints validation accuracy, parameters and times, and all of it again as a row of the table in the
// README.
#include <graft/graft.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>

using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<256, graft::Relu>,
                               graft::Dropout<20>, graft::Dense<1, graft::Sigmoid>>;

struct Options {
  std::string backbone, weights, data = "examples/data/horse-or-human";
  std::size_t epochs = 10, batch_size = 20, threads = 0;
  std::uint64_t seed = 42;
};

/// A backbone, the layer that it is cut behind, if it is, and the file of weights that is published for it.
struct Choice {
  std::string name, title, cut, file, address;
  void (*run)(const Choice&, const Options&);
};

/// The file that the user names, or the one that Keras has downloaded.
std::string find_weights(const Choice& choice, const Options& options) {
  const char* home = std::getenv("HOME");
  const auto file = !options.weights.empty()
                        ? std::filesystem::path{options.weights}
                        : std::filesystem::path{home == nullptr ? "" : home} / ".keras/models" / choice.file;
  if (!std::filesystem::exists(file))
    throw graft::ArchiveError{file.string(),
                              "the weights of " + choice.title + ", published as " + choice.address +
                                  choice.file + ", here or named by --weights",
                              "no such file"};
  return file.string();
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Backbone>
void run(const Choice& choice, const Options& options) {
  using Net = graft::Model<graft::Frozen<Backbone>, Head, graft::Simd>;
  Net net{graft::Seed{options.seed}, graft::Threads{options.threads}};
  net.backbone().load(find_weights(choice, options));
  const graft::ImageFolder train{options.data + "/train"}, validation{options.data + "/validation"};
  std::cout << graft::description(train) << '\n' << graft::description(validation) << '\n';

  graft::StageTimes times;
  const graft::ExtractOptions how{.times = &times};
  auto start = std::chrono::steady_clock::now();
  const auto train_features = net.extract(train, how), validation_features = net.extract(validation, how);
  const double extraction = seconds_since(start);

  start = std::chrono::steady_clock::now();
  const auto history = net.fit(
      train_features, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = 1e-4f},
      {.epochs = options.epochs, .batch_size = options.batch_size, .validation = &validation_features});
  const double training = seconds_since(start);

  const graft::StageTime backbone = times[graft::Stage::backbone];
  const double milliseconds = 1e3 * backbone.summed / static_cast<double>(backbone.count);
  const auto evaluation = net.evaluate(validation_features, graft::BinaryCrossentropy{});
  const std::size_t frozen = Backbone::parameter_count, trained = Net::trainable_parameter_count;
  const std::string input = graft::to_string(Backbone::input_shape),
                    features = graft::to_string(Backbone::output_shape);
  std::cout << std::fixed << std::setprecision(4) << '\n'
            << choice.title << ": images " << input << ", features " << features << ", parameters " << frozen
            << " frozen, " << trained << " trainable\n"
            << "validation accuracy " << evaluation.accuracy << " (loss " << evaluation.loss << ") after "
            << options.epochs << " epochs\n"
            << std::setprecision(1) << "time " << extraction << " s for features, " << training
            << " s for training; " << net.threads().resolved() << " thread(s), " << milliseconds
            << " ms an image in the backbone, on one of them\n\n"
            << "| " << choice.title << (choice.cut.empty() ? "" : " to `" + choice.cut + "`") << " | "
            << input << " | " << features << " | " << frozen << " | " << trained << " | "
            << std::setprecision(4) << evaluation.accuracy << " | " << std::setprecision(1) << extraction
            << " | " << training << " | " << milliseconds << " |\n";
}

using MobileNet = graft::MobileNet<graft::Image<224, 224>>::Until<"conv_dw_13_relu">;
using MobileNetV2 = graft::MobileNetV2<graft::Image<224, 224>, graft::Alpha<35>>;
using SqueezeNet = graft::SqueezeNet<graft::Image<227, 227>>;

const Choice choices[] = {
    {"mobile_net", "MobileNet", "conv_dw_13_relu", "mobilenet_1_0_224_tf_no_top.h5",
     "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/", run<MobileNet>},
    {"mobile_net_v2_35", "MobileNet V2, alpha 0.35", "",
     "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5",
     "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/", run<MobileNetV2>},
    {"squeeze_net", "SqueezeNet 1.1", "", "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
     "https://github.com/rcmalli/keras-squeezenet/releases/download/v1.0/", run<SqueezeNet>}};

int main(int argc, char** argv) {
  Options options;
  std::vector<std::string> names;
  for (const Choice& choice : choices) names.push_back(choice.name);
  CLI::App app{"Trains the same head on one of several frozen backbones to tell horses from humans."};
  app.add_option("backbone", options.backbone, "which one")->required()->check(CLI::IsMember(names));
  app.add_option("--weights", options.weights,
                 "its weights in Keras' .h5 format; default: the file that Keras keeps in ~/.keras/models");
  app.add_option("--data", options.data, "folder with train/ and validation/, one sub-folder per class")
      ->capture_default_str();
  app.add_option("--epochs", options.epochs, "epochs")->capture_default_str();
  app.add_option("--batch-size", options.batch_size, "images in a step")->capture_default_str();
  app.add_option("--seed", options.seed, "seed of everything random")->capture_default_str();
  app.add_option("--threads", options.threads, "threads; 0: one for each processor")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    for (const Choice& choice : choices)
      if (choice.name == options.backbone) choice.run(choice, options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
