// SPDX-License-Identifier: MIT
#include <graft/model/extractor.hpp>

#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"
#include "support/passes.hpp"

namespace extractor_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class B>
Extractor<SmallBackbone, B> loaded() {
  Extractor<SmallBackbone, B> extractor;
  extractor.assign(trained_parameters<SmallBackbone>(3));
  return extractor;
}

}  // namespace

TEST_CASE_TEMPLATE("an extractor computes what the network says", B, GRAFT_MODEL_BACKENDS) {
  const auto extractor = loaded<B>();
  const Tensor<4> batch = images(4);
  const Tensor<4> features = extractor.predict(batch);
  CHECK(features.shape() == Tensor<4>::shape_type{4, 6, 7, 10});
  const auto expected = forward_pass<SmallBackbone, Reference, inference_mode>(
      4, span_of(batch), trained_parameters<SmallBackbone>(3));
  CHECK(difference(span_of(features), expected) < 1e-5);
}

TEST_CASE_TEMPLATE("features have the same bits for any number of threads and in any batch", B,
                   GRAFT_MODEL_BACKENDS) {
  const auto extractor = loaded<B>();
  const Tensor<4> batch = images(7);
  const Tensor<4> expected = extractor.predict(batch, Threads{1});
  for (const std::size_t threads : {2u, 3u})
    CHECK(same_bits(span_of(extractor.predict(batch, Threads{threads})), span_of(expected)));
  constexpr std::size_t in = SmallBackbone::input_shape.size(), out = SmallBackbone::output_shape.size();
  for (std::size_t i = 0; i < 7; ++i) {
    auto single = Tensor<4>::from_shape({1, 13, 15, 3});
    std::copy_n(batch.data() + i * in, in, single.data());
    CHECK(same_bits(span_of(extractor.predict(single)), {expected.data() + i * out, out}));
  }
}

TEST_CASE("without weights an extractor says what to do") {
  Extractor<SmallBackbone, Blas> extractor;
  const std::string text =
      "backbone: expected weights: call load(file), or initialize(seed) for random ones, received none so "
      "far";
  CHECK_FALSE(extractor.loaded());
  CHECK(error_of<Error>([&] { extractor.predict(images(1)); }) == text);
  CHECK(error_of<Error>([&] { extractor.parameter("conv_1/kernel"); }) == text);
  extractor.initialize(Seed{2});
  CHECK(extractor.loaded());
  CHECK(extractor.predict(images(1)).size() == SmallBackbone::output_shape.size());
}

TEST_CASE("a batch of another shape is an error") {
  const auto extractor = loaded<Reference>();
  CHECK(error_of<ShapeError>([&] {
          extractor.predict(Tensor<4>::from_shape({2, 13, 14, 3}));
        }) == "batch: expected (batch, 13, 15, 3), received (2, 13, 14, 3)");
  CHECK(extractor.predict(Tensor<4>::from_shape({0, 13, 15, 3})).shape(0) == 0);
}

TEST_CASE_TEMPLATE("parameters stay available as they were given, nothing folded", B, GRAFT_MODEL_BACKENDS) {
  auto extractor = loaded<B>();
  const auto given = trained_parameters<SmallBackbone>(3);
  CHECK(same_bits(extractor.parameters(), given));
  const auto kernel = extractor.parameter("conv_2/kernel");
  CHECK(kernel.shape() == xt::xarray<float>::shape_type{1, 1, 16, 8});
  CHECK(kernel(0, 0, 5, 3) == given[find_parameter<SmallBackbone>("conv_2/kernel").offset + 5 * 8 + 3]);

  const Tensor<4> before = extractor.predict(images(1));
  CHECK(error_of<ShapeError>([&] { extractor.assign(std::vector<float>(5)); }) ==
        "parameters: expected " + std::to_string(SmallBackbone::parameter_count) + " values, received 5");
  CHECK(same_bits(span_of(extractor.predict(images(1))), span_of(before)));
}

TEST_CASE("random weights follow from the seed") {
  const auto features = [](Seed seed) {
    Extractor<SmallBackbone, Blas> extractor;
    extractor.initialize(seed);
    return extractor.predict(images(1));
  };
  CHECK(features(Seed{1}) == features(Seed{1}));
  CHECK(features(Seed{1}) != features(Seed{2}));
}

}  // namespace extractor_test
