// SPDX-License-Identifier: MIT
// The rules themselves are tried in preprocessing_test.cpp and resize_test.cpp: here, that the network's own
// are used.
#include <graft/backend/reference/reference.hpp>
#include <graft/data/preprocess.hpp>

#include "data/image_files.hpp"
#include "support/errors.hpp"
#include <doctest/doctest.h>

namespace preprocess_test {

using namespace graft;
using test::error_of;

namespace {

struct Small {
  static constexpr std::size_t minimum_size = 1;
  using preprocessings = TypeList<Tf, Caffe, Rescale, Torch>;
  using layers = GlobalAveragePooling2D;
};
template <class P>
using Backbone = Network<Image<4, 5>, Small, P>;
template <class P, class Head = Dense<1, Sigmoid>>
using Net = Model<Frozen<Backbone<P>>, Head, Reference>;

template <class P>
void check_preprocess(const Pixels& image) {
  using E = typename Net<P>::extractor_type;
  for (const Interpolation how : {Interpolation::nearest, Interpolation::bilinear}) {
    Tensor<3> expected = Tensor<3>::from_shape({4, 5, 3});
    resize_into(image, 4, 5, how, expected.data());
    P::apply({expected.data(), expected.size()});
    CHECK(E::preprocess(image, how) == expected);
  }
  CHECK(E::preprocess(image) == E::preprocess(image, Interpolation::nearest));
}

}  // namespace

TEST_CASE("preprocess resizes to the network's input and applies its preprocessing") {
  for (const Pixels& image : {image_files::pattern(9, 7), image_files::pattern(4, 5)}) {
    check_preprocess<Tf>(image);
    check_preprocess<Rescale>(image);
    check_preprocess<Caffe>(image);
    check_preprocess<Torch>(image);
  }
}

TEST_CASE("predicting an image is predicting what preprocess makes of it") {
  const Pixels image = image_files::pattern(20, 30);
  Net<Tf> one{Seed{1}};
  one.backbone().initialize(Seed{2});
  const Tensor<3> input = one.backbone().preprocess(image);
  Tensor<4> batch = Tensor<4>::from_shape({1, 4, 5, 3});
  std::copy(input.begin(), input.end(), batch.begin());
  const float answer = one.predict(image);
  CHECK(answer == one.predict(batch)(0, 0));

  // A head of three units gives three numbers.
  Net<Tf, Dense<3, Softmax>> three{Seed{1}};
  three.backbone().initialize(Seed{2});
  Net<Tf, Dense<3, Softmax>>::Workspace workspace;
  const Tensor<1> answers = three.predict(image, workspace);
  REQUIRE(answers.size() == 3);
  CHECK(answers(0) + answers(1) + answers(2) == doctest::Approx(1.0));
  CHECK(three.predict(image) == answers);
}

TEST_CASE("a model on a bare image rescales to [0, 1]") {
  const Model<Image<1, 1>, Sequential<Flatten, Dense<1>>, Reference> model{Seed{5}};
  Pixels image = Pixels::from_shape({1, 1, 3});
  image(0, 0, 0) = 255;
  image(0, 0, 1) = 51;
  image(0, 0, 2) = 0;
  const auto kernel = model.head().parameter("dense_1/kernel");
  CHECK(model.predict(image) == doctest::Approx(kernel(0, 0) + 0.2f * kernel(1, 0)));
}

TEST_CASE("an image without a pixel is an error") {
  Net<Tf> model;
  model.backbone().initialize(Seed{});
  CHECK(error_of<ShapeError>([&] {
          model.predict(Pixels::from_shape({0, 5, 3}));
        }).find("expected") != std::string::npos);
}

}  // namespace preprocess_test
