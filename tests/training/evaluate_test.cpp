// SPDX-License-Identifier: MIT
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/training/evaluate.hpp>

#include "support/backends.hpp"
#include "support/errors.hpp"
#include "training/small_models.hpp"

namespace evaluate_test {

using namespace graft;
using namespace graft::test;

TEST_CASE_TEMPLATE("evaluate is the mean of the loss over all samples, without dropout", B,
                   GRAFT_MODEL_BACKENDS) {
  const auto data = vectors(37, 2);
  const VectorModel<B> model{Seed{3}, Threads{2}};
  const auto probabilities = model.predict(data.samples());
  double loss = 0.0, right = 0.0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double p = double{probabilities(i, 0)};
    loss -= std::log(data.label(i) == 1 ? p : 1.0 - p);
    right += (p > 0.5) == (data.label(i) == 1) ? 1.0 : 0.0;
  }
  const Evaluation all = model.evaluate(data, BinaryCrossentropy{});
  CHECK(all.loss == doctest::Approx(loss / 37).epsilon(1e-6));
  CHECK(all.accuracy == doctest::Approx(right / 37));
  // A last batch of another size weighs what it holds.
  for (const std::size_t batch_size : {1u, 5u, 37u, 1000u}) {
    const Evaluation other = model.evaluate(data, BinaryCrossentropy{}, {.batch_size = batch_size});
    CHECK(other.loss == doctest::Approx(all.loss).epsilon(1e-6));
    CHECK(other.accuracy == doctest::Approx(all.accuracy));
  }
}

TEST_CASE_TEMPLATE("evaluate gives the same bits for any number of threads", B, GRAFT_MODEL_BACKENDS) {
  const auto data = vectors(37, 2);
  const auto loss = [&](std::size_t threads) {
    return VectorModel<B>{Seed{3}, Threads{threads}}.evaluate(data, BinaryCrossentropy{}).loss;
  };
  CHECK(loss(1) == loss(2));
  CHECK(loss(1) == loss(3));
}

TEST_CASE("evaluate takes a folder, or its features") {
  const ImageClasses images{5};
  images.add_bad_image("dark/bad.png");
  const ImageFolder folder{images.path(), {.on_bad_image = OnBadImage::skip}};
  const auto model = image_model<Blas>();
  const Evaluation of_folder = model.evaluate(folder, BinaryCrossentropy{});
  const Evaluation of_features = model.evaluate(model.extract(folder), BinaryCrossentropy{});
  CHECK(of_folder.loss == of_features.loss);
  CHECK(of_folder.accuracy == of_features.accuracy);
  CHECK(model.evaluate(folder, BinaryCrossentropy{}, {.features = {.memory_limit = 0}}).loss ==
        of_folder.loss);
  CHECK(error_of<ImageError>([&] {
          model.evaluate(ImageFolder{images.path()}, BinaryCrossentropy{});
        }).find("bad.png") != std::string::npos);
}

TEST_CASE("evaluate refuses what it cannot measure") {
  const VectorModel<Blas> model;
  const auto error = [&](const TensorData<2>& data, std::size_t batch_size) {
    return [&model, &data, batch_size] {
      model.evaluate(data, BinaryCrossentropy{}, {.batch_size = batch_size});
    };
  };
  const auto data = vectors(4, 2), three = vectors(4, 3), none = vectors(0, 2);
  CHECK(error_of<ShapeError>(error(data, 0)) == "batch size: expected at least 1, received 0");
  CHECK(error_of<DataError>(error(three, 4)) ==
        "data set: expected 2 classes, for a head with 1 unit, received 3 (class 0, class 1, class 2)");
  CHECK(error_of<DataError>(error(none, 4)) ==
        "data set: expected at least one usable sample, received none");
}

TEST_CASE_TEMPLATE("predict on features is predict on what they were made of", B, GRAFT_MODEL_BACKENDS) {
  const auto data = vectors(70, 2);  // more than the 32 that are computed at once
  const VectorModel<B> model{Seed{3}};
  const auto expected = model.predict(data.samples());
  const auto predictions = model.predict(model.extract(data));
  REQUIRE(predictions.shape(0) == 70);
  for (std::size_t i = 0; i < 70; ++i) CHECK(predictions(i, 0) == doctest::Approx(expected(i, 0)));

  const Model<Input<5>, Sequential<Dense<1, Sigmoid>>, B> other;
  CHECK(error_of<ShapeError>([&] { other.predict(model.extract(data)); }) ==
        "features: expected features of (5,), received 4 values a sample");
}

}  // namespace evaluate_test
