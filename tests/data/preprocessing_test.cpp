// SPDX-License-Identifier: MIT
#include <graft/data/preprocessing.hpp>

#include <array>
#include <doctest/doctest.h>
#include <vector>

namespace preprocessing_test {

static_assert(graft::Preprocessing<graft::Rescale> && graft::Preprocessing<graft::Tf> &&
              graft::Preprocessing<graft::Caffe> && graft::Preprocessing<graft::Torch>);
static_assert(!graft::Preprocessing<int>);

namespace {

struct Nameless {
  static void apply(std::span<float>) {}
};
static_assert(!graft::Preprocessing<Nameless>);

/// Three pixels: (0, 1, 2), (51, 128, 254), (255, 77, 3).
template <class P>
std::vector<float> of_three_pixels() {
  std::vector<float> rgb{0, 1, 2, 51, 128, 254, 255, 77, 3};
  P::apply(rgb);
  return rgb;
}

}  // namespace

TEST_CASE("Rescale multiplies, as rescale=1/255. does, and does not divide") {
  int differs = 0;
  for (int value = 0; value < 256; ++value) {
    std::array<float, 1> x{static_cast<float>(value)};
    graft::Rescale::apply(x);
    CHECK(x[0] == static_cast<float>(value) * static_cast<float>(1.0 / 255.0));
    differs += x[0] != static_cast<float>(value) / 255.0f ? 1 : 0;
  }
  CHECK(differs == 126);
}

// The expected values below were printed by tf_keras 2.20.1: imagenet_utils.preprocess_input of a float32
// array.
TEST_CASE("Tf, Caffe and Torch give the bits of Keras' preprocess_input") {
  CHECK(of_three_pixels<graft::Tf>() == std::vector<float>{-1.0f, -0.99215686f, -0.9843137f, -0.6f,
                                                           0.003921628f, 0.99215686f, 1.0f, -0.3960784f,
                                                           -0.9764706f});
  CHECK(of_three_pixels<graft::Caffe>() == std::vector<float>{-101.939f, -115.779f, -123.68f, 150.061f,
                                                              11.221001f, -72.68f, -100.939f, -39.779f,
                                                              131.32f});
  CHECK(of_three_pixels<graft::Torch>() == std::vector<float>{-2.117904f, -2.0182073f, -1.7695861f,
                                                              -1.2445416f, 0.2051822f, 2.622571f, 2.2489083f,
                                                              -0.687675f, -1.7521569f});
}

TEST_CASE("names") {
  CHECK(graft::Rescale::name == "Rescale");
  CHECK(graft::Tf::name == "Tf");
  CHECK(graft::Caffe::name == "Caffe");
  CHECK(graft::Torch::name == "Torch");
}

}  // namespace preprocessing_test
