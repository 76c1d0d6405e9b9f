// SPDX-License-Identifier: MIT
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/fit.hpp>

#include "support/backends.hpp"
#include "support/errors.hpp"
#include "support/golden_head.hpp"
#include "training/small_models.hpp"

namespace fit_test {

using namespace graft;
using namespace graft::test;

namespace {

// Sums of at most 23 float32 losses of about 1, and weights that agree within 1e-5.
constexpr double tolerance = 2e-5;

template <class B, class Head, class L>
void check_golden_fit(const std::string& name) {
  CAPTURE(name);
  const Golden golden{"fit/" + name};
  Model<GoldenInput, Head, B> model;
  set_golden_parameters(model.head(), golden, "initial_");
  const auto training = golden_data(golden, ""), validation = golden_data(golden, "validation_");
  const History history = model.fit(training, L{}, RMSprop{.learning_rate = 3e-3f},
                                    {.epochs = 2,
                                     .batch_size = 10,
                                     .validation = &validation,
                                     .shuffle = false,
                                     .console = Console::quiet()});
  const auto expected = golden("history");
  REQUIRE(history.size() == 2);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    CAPTURE(epoch);
    const float* row = expected.data() + 4 * epoch;
    CHECK(history[epoch].epoch == epoch);
    CHECK(std::fabs(history[epoch].loss - double{row[0]}) <= tolerance);
    CHECK(std::fabs(history[epoch].accuracy - double{row[1]}) <= 1e-6);
    CHECK(std::fabs(history[epoch].val_loss - double{row[2]}) <= tolerance);
    CHECK(std::fabs(history[epoch].val_accuracy - double{row[3]}) <= 1e-6);
    CHECK(history[epoch].seconds > 0.0);
  }
  check_golden_parameters(model.head(), golden, "final_");
  const auto predictions = model.predict(validation.samples());
  CHECK(difference(std::span{predictions.data(), predictions.size()}, golden("validation_predictions")) <
        tolerance);

  // What evaluate says of the final model is what the last epoch ended with.
  const Evaluation evaluation = model.evaluate(validation, L{}, {.batch_size = 10});
  CHECK(evaluation.loss == history.back().val_loss);
  CHECK(evaluation.accuracy == history.back().val_accuracy);
}

template <class B>
struct Trained {
  History history;
  std::vector<float> parameters;
};

template <class B>
Trained<B> train(Seed seed, Threads threads, bool shuffle = true) {
  const auto data = vectors(53, 2), validation = vectors(20, 2, 2);
  VectorModel<B> model{seed, threads};
  History history = model.fit(data, BinaryCrossentropy{}, RMSprop{},
                              {.epochs = 3,
                               .batch_size = 8,
                               .validation = &validation,
                               .shuffle = shuffle,
                               .console = Console::quiet()});
  return {std::move(history), model.head().parameters()};
}

FitOptions<TensorData<2>> quietly() {
  FitOptions<TensorData<2>> options;
  options.console = Console::quiet();
  return options;
}

}  // namespace

TEST_CASE_TEMPLATE("fit is Keras' fit: history, final weights and predictions", B, GRAFT_MODEL_BACKENDS) {
  check_golden_fit<B, SigmoidHead, BinaryCrossentropy>("binary");
  check_golden_fit<B, SoftmaxHead, CategoricalCrossentropy>("categorical");
}

TEST_CASE_TEMPLATE("fit with dropout and shuffling gives the same bits for a seed, for any number of threads",
                   B, GRAFT_MODEL_BACKENDS) {
  const auto expected = train<B>(Seed{5}, Threads{1});
  for (const std::size_t threads : {1u, 2u, 3u}) {
    CAPTURE(threads);
    const auto again = train<B>(Seed{5}, Threads{threads});
    CHECK(same_history(again.history, expected.history));
    CHECK(same_bits(again.parameters, expected.parameters));
  }
  CHECK_FALSE(same_bits(train<B>(Seed{6}, Threads{1}).parameters, expected.parameters));
  CHECK_FALSE(same_bits(train<B>(Seed{5}, Threads{1}, false).parameters, expected.parameters));
}

TEST_CASE("fit learns what can be learnt") {
  const auto data = vectors(200, 2), validation = vectors(100, 2, 2);
  VectorModel<Blas> model{Seed{1}};
  auto options = quietly();
  options.epochs = 40;
  options.validation = &validation;
  const History history = model.fit(data, BinaryCrossentropy{}, RMSprop{.learning_rate = 1e-2f}, options);
  CHECK(history.back().val_accuracy > 0.9);
  CHECK(history.back().loss < history.front().loss / 2);
}

TEST_CASE("fit tells of every epoch and stops when it is told to") {
  const auto data = vectors(20, 2);
  VectorModel<Blas> model;
  auto options = quietly();
  options.epochs = 10;
  std::vector<std::size_t> epochs;
  options.on_epoch_end = [&](const EpochLog& log) {
    epochs.push_back(log.epoch);
    CHECK_FALSE(log.validated());
    CHECK(log.loss > 0.0);
    return log.epoch == 2 ? Training::stop : Training::go_on;
  };
  const History history = model.fit(data, BinaryCrossentropy{}, SGD{}, options);
  CHECK(epochs == std::vector<std::size_t>{0, 1, 2});
  CHECK(history.size() == 3);

  options.epochs = 0;
  CHECK(model.fit(data, BinaryCrossentropy{}, SGD{}, options).empty());
}

TEST_CASE("fit prints Keras' lines, or nothing") {
  const auto data = vectors(20, 2);
  VectorModel<Blas> model;
  std::ostringstream text;
  auto options = quietly();
  options.epochs = 2;
  options.batch_size = 10;
  options.validation = &data;
  options.console = Console{.stream = &text};
  model.fit(data, BinaryCrossentropy{}, SGD{}, options);
  CHECK(text.str().find("Epoch 1/2\n") != std::string::npos);
  CHECK(text.str().find("Epoch 2/2\n") != std::string::npos);
  CHECK(text.str().find("2/2 - ") != std::string::npos);
  CHECK(text.str().find("=]") == std::string::npos);  // bars are for terminals
  for (const char* column : {" - loss: ", " - accuracy: ", " - val_loss: ", " - val_accuracy: "})
    CHECK(text.str().find(column) != std::string::npos);
}

TEST_CASE("fit refuses what it cannot use, and leaves the model as it was") {
  const auto data = vectors(20, 2), three = vectors(20, 3);
  VectorModel<Blas> model{Seed{2}};
  const auto before = model.head().parameters();
  auto options = quietly();
  const auto fit = [&](const TensorData<2>& training) {
    return [&] { model.fit(training, BinaryCrossentropy{}, SGD{}, options); };
  };
  CHECK(error_of<DataError>(fit(three)) ==
        "data set: expected 2 classes, for a head with 1 unit, received 3 (class 0, class 1, class 2)");
  options.validation = &three;
  CHECK(error_of<DataError>(fit(data)).find("received 3") != std::string::npos);
  options.validation = nullptr;
  options.batch_size = 0;
  CHECK(error_of<ShapeError>(fit(data)) == "batch size: expected at least 1, received 0");
  options.batch_size = 4;
  CHECK(error_of<DataError>(fit(vectors(0, 2))) ==
        "training data: expected at least one usable sample, received none");
  const auto none = vectors(0, 2);
  options.validation = &none;
  CHECK(error_of<DataError>(fit(data)) ==
        "validation data: expected at least one usable sample, received none");
  CHECK(model.head().parameters() == before);

  Model<Input<4>, Sequential<Dense<3, Softmax>>> softmax;
  CHECK(error_of<DataError>([&] { softmax.fit(data, CategoricalCrossentropy{}, SGD{}, quietly()); }) ==
        "data set: expected 3 classes, for a head with 3 units, received 2 (class 0, class 1)");
  Model<Input<5>, Sequential<Dense<1, Sigmoid>>> five;
  CHECK(error_of<ShapeError>([&] { five.fit(data, BinaryCrossentropy{}, SGD{}, quietly()); }) ==
        "batch: expected (batch, 5), received (20, 4)");
  const FeatureSet features = model.extract(data);
  FitOptions<FeatureSet> of_features;
  of_features.console = Console::quiet();
  CHECK(error_of<ShapeError>([&] { five.fit(features, BinaryCrossentropy{}, SGD{}, of_features); }) ==
        "training data: expected features of (5,), received 4 values a sample");
}

TEST_CASE("fit needs a backbone with weights") {
  const ImageClasses images{2};
  ImageModel<Blas> model;
  FitOptions<ImageFolder> options;
  options.console = Console::quiet();
  const ImageFolder folder{images.path()};
  CHECK(error_of<Error>([&] { model.fit(folder, BinaryCrossentropy{}, SGD{}, options); }) ==
        "backbone: expected weights: call load(file), or initialize(seed) for random ones, received none so "
        "far");
}

TEST_CASE("fit stops at a bad image, or leaves it out where the folder says so") {
  const ImageClasses images{4};
  images.add_bad_image("light/bad.jpg");
  auto model = image_model<Blas>();
  const auto before = model.head().parameters();
  FitOptions<ImageFolder> options;
  options.console = Console::quiet();
  const ImageFolder strict{images.path()};
  const std::string error =
      error_of<ImageError>([&] { model.fit(strict, BinaryCrossentropy{}, SGD{}, options); });
  CHECK(error.find("bad.jpg: expected ") != std::string::npos);
  CHECK(model.head().parameters() == before);

  const ImageFolder lenient{images.path(), {.on_bad_image = OnBadImage::skip}};
  CHECK(lenient.size() == 9);
  options.epochs = 2;
  options.validation = &lenient;
  const History history = model.fit(lenient, BinaryCrossentropy{}, SGD{}, options);
  CHECK(history.size() == 2);
  CHECK(model.head().parameters() != before);
  // Accuracy is a fraction of the eight images that are some.
  CHECK(std::fmod(history.back().val_accuracy * 8.0, 1.0) == 0.0);

  const ImageClasses bad{1};
  bad.add_bad_image("dark/0.png");
  bad.add_bad_image("light/0.png");
  const ImageFolder nothing_left{bad.path(), {.on_bad_image = OnBadImage::skip}};
  options.validation = nullptr;
  CHECK(error_of<DataError>([&] { model.fit(nothing_left, BinaryCrossentropy{}, SGD{}, options); }) ==
        "training data: expected at least one usable sample, received none");
}

TEST_CASE("fit on a folder is fit on its features, wherever they are kept") {
  const ImageClasses images{6};
  const ImageFolder folder{images.path()};
  const auto trained_by = [&](const auto& data, const auto& storage) {
    auto model = image_model<Blas>(Seed{7});
    FitOptions<std::remove_cvref_t<decltype(data)>> options;
    options.epochs = 3;
    options.batch_size = 5;
    options.validation = &data;
    options.console = Console::quiet();
    options.features = storage;
    const History history = model.fit(data, BinaryCrossentropy{}, RMSprop{}, options);
    CHECK(history.size() == 3);
    return model.head().parameters();
  };
  const FeatureStorageOptions in_memory{}, on_disk{.memory_limit = 0};
  const auto expected = trained_by(folder, in_memory);
  CHECK(same_bits(trained_by(folder, on_disk), expected));
  CHECK(same_bits(trained_by(image_model<Blas>().extract(folder), in_memory), expected));
  auto model = image_model<Blas>();
  FitOptions<ImageFolder> unwritable;
  unwritable.console = Console::quiet();
  unwritable.features = {.memory_limit = 0, .directory = images.path() / "no such folder"};
  CHECK(error_of<OutputError>([&] {
          model.fit(folder, BinaryCrossentropy{}, SGD{}, unwritable);
        }).find("no such folder: expected a folder for the file of features, received ") !=
        std::string::npos);
}

TEST_CASE("fit tells where the time goes, if asked") {
  const auto training = vectors(40, 2), validation = vectors(20, 2, 2);
  VectorModel<Blas> model;
  StageTimes times;
  model.fit(training, BinaryCrossentropy{}, SGD{},
            {.epochs = 2,
             .batch_size = 16,
             .validation = &validation,
             .console = Console::quiet(),
             .times = &times});
  CHECK(times[Stage::gather].count == 6);
  CHECK(times[Stage::step].count == 6);
  CHECK(times[Stage::validation].count == 2);
  CHECK(times[Stage::step].wall > 0);
}

}  // namespace fit_test
