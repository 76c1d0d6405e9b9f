// SPDX-License-Identifier: MIT
#include <graft/data/preprocess.hpp>
#include <graft/training/extract.hpp>

#include "support/backends.hpp"
#include "support/errors.hpp"
#include "training/small_models.hpp"

namespace extract_test {

using namespace graft;
using namespace graft::test;

TEST_CASE_TEMPLATE("extract computes each image's features once, in the folder's order", B,
                   GRAFT_MODEL_BACKENDS) {
  const ImageClasses images{13};  // more than one batch of the extraction
  const ImageFolder folder{images.path()};
  for (const std::size_t threads : {1u, 3u}) {
    const auto model = image_model<B>(Seed{}, Threads{threads});
    const FeatureSet features = model.extract(folder);
    REQUIRE(features.size() == 26);
    CHECK(features.feature_size() == 2 * 3 * 3);
    CHECK(features.class_names() == folder.class_names());
    CHECK(features.left_out() == 0);
    CHECK_FALSE(features.on_disk());
    for (std::size_t i = 0; i < 26; ++i) {
      CAPTURE(i);
      CHECK(features.label(i) == folder.label(i));
      CHECK(features.origin(i) == i);
      const Tensor<3> input = model.backbone().preprocess(folder.load(i));
      auto batch = Tensor<4>::from_shape({1, 8, 9, 3});
      std::copy(input.begin(), input.end(), batch.begin());
      const auto expected = model.backbone().predict(batch);
      CHECK(same_bits(features.features(i), {expected.data(), expected.size()}));
    }
  }
}

TEST_CASE("extract tells where the time goes, if asked, and computes the same") {
  const ImageClasses images{10};
  const ImageFolder folder{images.path()};
  for (const std::size_t threads : {1u, 3u}) {
    const auto model = image_model<Blas>(Seed{}, Threads{threads});
    StageTimes times;
    const FeatureSet features = model.extract(folder, {.times = &times}), untimed = model.extract(folder);
    for (std::size_t i = 0; i < 20; ++i) CHECK(same_bits(features.features(i), untimed.features(i)));
    for (const Stage stage : {Stage::decode, Stage::preprocess, Stage::backbone}) {
      CHECK(times[stage].count == 20);
      CHECK(times[stage].wall > 0);
      CHECK(times[stage].summed >= times[stage].wall);
    }
    CHECK(times[Stage::wait].count == 20 + threads);  // and once in vain for each thread
  }
}

TEST_CASE("extract resizes as the folder says") {
  const ImageClasses images{3};
  const auto model = image_model<Blas>();
  const ImageFolder nearest{images.path()},
      bilinear{images.path(), {.interpolation = Interpolation::bilinear}};
  const auto features = model.extract(nearest), smooth = model.extract(bilinear);
  std::size_t different = 0;
  for (std::size_t i = 0; i < features.size(); ++i)
    different += same_bits(features.features(i), smooth.features(i)) ? 0 : 1;
  CHECK(different == 4);  // the two images of each class that are not of the network's size
}

TEST_CASE("extract without a backbone is the samples themselves") {
  const auto data = vectors(40, 3);
  const Model<Input<4>, Sequential<Dense<3, Softmax>>> model;
  const FeatureSet features = model.extract(data);
  REQUIRE(features.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(same_bits(features.features(i), {data.samples().data() + 4 * i, 4}));
    CHECK(features.label(i) == data.label(i));
  }
}

TEST_CASE("extract leaves bad images out and counts them, or stops at the first") {
  const ImageClasses images{10};
  for (const char* name : {"dark/1.png", "dark/2.png", "light/7.png"}) images.add_bad_image(name);
  const auto model = image_model<Blas>();
  const FeatureSet features = model.extract(ImageFolder{images.path(), {.on_bad_image = OnBadImage::skip}});
  CHECK(features.size() == 17);
  CHECK(features.left_out() == 3);
  CHECK(features.origin(0) == 0);
  CHECK(features.origin(1) == 3);
  CHECK(features.label(7) == 0);
  CHECK(features.label(8) == 1);
  CHECK(features.origin(16) == 19);
  CHECK(error_of<ImageError>([&] { model.extract(ImageFolder{images.path()}); }).find("dark/1.png") !=
        std::string::npos);
}

TEST_CASE("extract keeps features in a file beyond the limit, and tells the console what it does") {
  const ImageClasses images{10};
  const ImageFolder folder{images.path()};
  const auto model = image_model<Blas>();
  const FeatureSet in_memory = model.extract(folder);
  std::ostringstream text;
  const FeatureSet on_disk = model.extract(
      folder, {.console = {.stream = &text}, .features = {.memory_limit = 0, .directory = images.path()}});
  CHECK(on_disk.on_disk());
  for (std::size_t i = 0; i < 20; ++i) CHECK(same_bits(on_disk.features(i), in_memory.features(i)));
  CHECK(text.str().find("Extracting features") != std::string::npos);
  CHECK(text.str().find("20/20") != std::string::npos);
  // The file has no name: nothing is left in the folder but the two classes.
  CHECK(std::distance(std::filesystem::directory_iterator{images.path()}, {}) == 2);
}

TEST_CASE("extract needs weights, and samples of the input's shape") {
  const ImageClasses images{1};
  const ImageModel<Blas> empty;
  CHECK(error_of<Error>([&] {
          empty.extract(ImageFolder{images.path()});
        }).find("backbone: expected weights") == 0);
  const Model<Input<5>, Sequential<Dense<1, Sigmoid>>> five;
  CHECK(error_of<ShapeError>([&] { five.extract(vectors(3, 2)); }) ==
        "batch: expected (batch, 5), received (3, 4)");
}

}  // namespace extract_test
