// SPDX-License-Identifier: MIT
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/fine_tune.hpp>

#include "support/backends.hpp"
#include "support/errors.hpp"
#include "training/small_models.hpp"

namespace fine_tune_test {

using namespace graft;
using namespace graft::test;

namespace {

using Normalization = BatchNormalization<Momentum<std::ratio<9, 10>>>;

/// The network of tests/golden/fine_tune.
struct GoldenArchitecture {
  static constexpr std::size_t minimum_size = 9;
  using preprocessings = TypeList<Rescale>;
  using layers = Sequential<
      Named<"conv_1", Conv2D<6, Kernel<3>, Strides<2>, NoBias>>, Named<"bn_1", BatchNormalization<>>,
      Named<"relu_1", Activation<Relu>>,
      Named<"mixed",
            Concatenate<Sequential<Named<"conv_2", Conv2D<4, Kernel<1>>>,
                                   Named<"bn_2", BatchNormalization<NoScale, Momentum<std::ratio<9, 10>>>>,
                                   Named<"relu_2", Activation<Relu>>>,
                        Sequential<Named<"conv_3", DepthwiseConv2D<Kernel<3>, Same, NoBias>>,
                                   Named<"bn_3", Normalization>>>>,
      Named<"sum", Add<Sequential<>, Named<"conv_4", Conv2D<10, Kernel<3>, Same>>>>,
      Named<"pool", AveragePooling2D<Kernel<2>>>>;
};
using GoldenBackbone = Network<Image<9, 9>, GoldenArchitecture, Rescale>;
template <class B>
using GoldenModel = Model<Frozen<GoldenBackbone>, Sequential<Flatten, Dense<1, Sigmoid>>, B>;

std::string golden_name(const ParameterEntry& entry) {
  return entry.layer + "_" + (entry.name == "depthwise_kernel" ? "kernel" : entry.name);
}

template <class B>
GoldenModel<B> golden_model(const Golden& golden, Threads threads = {2}) {
  GoldenModel<B> model{Seed{1}, threads};
  const auto values = [&]<LayeredNetwork N>(std::type_identity<N>) {
    std::vector<float> all;
    for (const ParameterEntry& entry : parameter_table<N>()) {
      const auto one = golden("initial_" + golden_name(entry));
      REQUIRE(one.size() == entry.shape.size());
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  };
  model.backbone().assign(values(std::type_identity<GoldenBackbone>{}));
  model.head().assign(values(std::type_identity<typename GoldenModel<B>::head_network>{}));
  return model;
}

TensorData<4> golden_samples() { return golden_data(Golden{"fine_tune"}, ""); }

// The unfrozen layers after two epochs, against Keras'. What Keras did not change is not in its files.
template <class B, class Statistics>
void check_golden(const std::string& name) {
  CAPTURE(name);
  const Golden initial{"fine_tune"}, golden{"fine_tune/" + name};
  using Part = typename GoldenModel<B>::template FreezeThrough<"relu_1", Statistics>;
  Part part = golden_model<B>(initial);
  const std::vector<float> frozen{part.frozen().parameters().begin(), part.frozen().parameters().end()};
  const auto data = golden_samples();
  const History history =
      part.fit(data, BinaryCrossentropy{}, SGD{.learning_rate = 0.05f, .momentum = 0.9f},
               {.epochs = 2, .batch_size = 8, .shuffle = false, .console = Console::quiet()});
  const auto expected = golden("history");
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    CHECK(std::fabs(history[epoch].loss - double{expected[2 * epoch]}) < 2e-5);
    CHECK(std::fabs(history[epoch].accuracy - double{expected[2 * epoch + 1]}) < 1e-6);
  }
  for (const ParameterEntry& entry : parameter_table<typename Part::head_network>()) {
    const std::string file = golden_name(entry);
    CAPTURE(file);
    const bool moved = golden.has("final_" + file);
    CHECK(moved == (entry.trainable || std::is_same_v<Statistics, BatchStatistics>));
    const auto ours = part.head().parameter(entry.layer + "/" + entry.name);
    const std::vector<float> values{ours.data(), ours.data() + ours.size()};
    if (moved)
      CHECK(difference(values, golden("final_" + file)) < 2e-5);
    else
      CHECK(same_bits(values, initial("initial_" + file)));
  }
  CHECK(same_bits(part.frozen().parameters(), frozen));
  const auto predictions = part.predict(data.samples());
  CHECK(difference(std::span{predictions.data(), predictions.size()}, golden("predictions")) < 2e-5);
}

FineTuneOptions<TensorData<4>> quietly() {
  FineTuneOptions<TensorData<4>> options;
  options.head_epochs = 2;
  options.epochs = 3;
  options.batch_size = 8;
  options.console = Console::quiet();
  return options;
}

template <class Part>
std::vector<float> all_parameters(const Part& part) {
  std::vector<float> all{part.frozen().parameters().begin(), part.frozen().parameters().end()};
  const auto trained = part.head().parameters();
  all.insert(all.end(), trained.begin(), trained.end());
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("layers that are not frozen are trained as Keras trains them, by either statistics", B,
                   GRAFT_MODEL_BACKENDS) {
  check_golden<B, FrozenStatistics>("frozen_statistics");
  check_golden<B, BatchStatistics>("batch_statistics");
}

TEST_CASE_TEMPLATE("fine_tune is two fits, the second from the boundary, slow and with a fresh optimizer", B,
                   GRAFT_MODEL_BACKENDS) {
  const Golden golden{"fine_tune"};
  const auto data = golden_samples();
  auto options = quietly();
  options.validation = &data;
  options.learning_rate = 1e-3f;
  options.learning_rates = {{"mixed", 1e-4f}};
  const RMSprop optimizer{.learning_rate = 1e-2f};
  const auto tuned =
      fine_tune<"relu_1">(golden_model<B>(golden), data, BinaryCrossentropy{}, optimizer, options);
  static_assert(std::is_same_v<decltype(tuned.model),
                               typename GoldenModel<B>::template FreezeThrough<"relu_1", FrozenStatistics>>);

  auto head = golden_model<B>(golden);
  FitOptions<TensorData<4>> by_hand{.epochs = 2, .batch_size = 8, .validation = &data};
  by_hand.console = Console::quiet();
  History expected = head.fit(data, BinaryCrossentropy{}, optimizer, by_hand);
  typename GoldenModel<B>::template FreezeThrough<"relu_1"> part = std::move(head);
  by_hand.initial_epoch = 2;
  by_hand.epochs = 5;
  by_hand.learning_rates = {{"mixed", 1e-4f}};
  expected.append(part.fit(data, BinaryCrossentropy{}, RMSprop{.learning_rate = 1e-3f}, by_hand));
  CHECK(same_history(tuned.history, expected));
  CHECK(same_bits(all_parameters(tuned.model), all_parameters(part)));

  CHECK(tuned.history.size() == 5);
  CHECK(tuned.history.back().epoch == 4);
  CHECK(tuned.history.phases() == std::vector<std::size_t>{2});
}

TEST_CASE_TEMPLATE("fine-tuning gives the same bits for any number of threads", B, GRAFT_MODEL_BACKENDS) {
  const Golden golden{"fine_tune"};
  const auto data = golden_samples();
  const auto run = [&]<class Statistics>(std::type_identity<Statistics>, Threads threads) {
    auto tuned =
        fine_tune<"input_1", Statistics>(golden_model<B>(golden, threads), data, BinaryCrossentropy{},
                                         RMSprop{.learning_rate = 1e-2f}, quietly());
    return all_parameters(tuned.model);
  };
  const auto check = [&](auto statistics) {
    const auto expected = run(statistics, Threads{1});
    CHECK(same_bits(run(statistics, Threads{2}), expected));
    CHECK(same_bits(run(statistics, Threads{3}), expected));
  };
  check(std::type_identity<FrozenStatistics>{});
  check(std::type_identity<BatchStatistics>{});
}

TEST_CASE("either phase can be left out, or be stopped") {
  const Golden golden{"fine_tune"};
  const auto data = golden_samples();
  const auto history_of = [&](const auto& options) {
    return fine_tune<"relu_1">(golden_model<Blas>(golden), data, BinaryCrossentropy{}, SGD{}, options)
        .history;
  };
  auto options = quietly();
  options.head_epochs = 0;
  CHECK(history_of(options).size() == 3);
  CHECK(history_of(options).phases().empty());
  options.epochs = 0;
  CHECK(history_of(options).empty());
  options = quietly();
  options.on_epoch_end = [](const EpochLog& log) {
    return log.epoch == 0 ? Training::stop : Training::go_on;
  };
  const History stopped = history_of(options);
  CHECK(stopped.size() == 4);
  CHECK(stopped.phases() == std::vector<std::size_t>{1});
  CHECK(stopped[1].epoch == 1);
}

TEST_CASE("a rate of a frozen layer is refused before anything is trained") {
  const auto data = golden_samples();
  auto model = golden_model<Blas>(Golden{"fine_tune"});
  auto options = quietly();
  options.learning_rates = {{"conv_1", 1e-4f}};
  const auto head = model.head().parameters();
  CHECK(error_of<Error>(
            [&] { fine_tune<"relu_1">(std::move(model), data, BinaryCrossentropy{}, SGD{}, options); })
            .find("learning rate of \"conv_1\": expected a layer that is trained, one of conv_2, bn_2, "
                  "relu_2, conv_3, "
                  "bn_3, mixed, conv_4, sum, pool, flatten_1, dense_1, received") == 0);
  CHECK(model.head().parameters() == head);
}

TEST_CASE("images are decoded for the features of both phases") {
  const ImageClasses images{6};
  const ImageFolder folder{images.path()};
  FineTuneOptions<ImageFolder> options;
  options.console = Console::quiet();
  options.head_epochs = options.epochs = 1;
  const auto tuned = fine_tune<"conv">(image_model<Blas>(), folder, BinaryCrossentropy{}, SGD{}, options);
  CHECK(tuned.history.size() == 2);
  CHECK(tuned.model.predict(folder.load(0)) != image_model<Blas>().predict(folder.load(0)));
}

}  // namespace fine_tune_test
