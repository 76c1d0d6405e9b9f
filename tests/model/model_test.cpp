// SPDX-License-Identifier: MIT
// Predicting images of any size is tried in tests/data/preprocess_test.cpp.
#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"
#include "support/passes.hpp"

namespace model_test {

using namespace graft;
using namespace graft::test;

namespace {

using Small = SmallModel<Blas>;
constexpr std::size_t flat = 6 * 7 * 10;
static_assert(Small::has_backbone);
static_assert(Small::input_shape == Shape{13, 15, 3} && Small::feature_shape == Shape{6, 7, 10} &&
              Small::output_shape == Shape{3});
static_assert(Small::trainable_parameter_count == flat * 9 + 9 + 9 * 3 + 3);
static_assert(Small::parameter_count == SmallBackbone::parameter_count + Small::trainable_parameter_count);
static_assert(Small::workspace_bytes ==
              sizeof(float) * (Small::base_arena_size + flat + Small::head_arena_size + 3));

using Alone = Model<Input<4>, Sequential<Dense<6, Relu>, BatchNormalization<>, Dense<2, Softmax>>, Reference>;
static_assert(!Alone::has_backbone && Alone::base_arena_size == 0);
static_assert(Alone::parameter_count == 4 * 6 + 6 + 4 * 6 + 6 * 2 + 2);
static_assert(Alone::trainable_parameter_count == Alone::parameter_count - 2 * 6);

}  // namespace

TEST_CASE_TEMPLATE("a model is its backbone and then its head, without dropout", B, GRAFT_MODEL_BACKENDS) {
  const auto model = small_model<SmallModel<B>>(Seed{4});
  const Tensor<4> batch = images(6);
  const auto features = model.backbone().predict(batch);
  using Head = typename SmallModel<B>::head_network;
  const auto expected =
      forward_pass<Head, B, inference_mode>(6, span_of(features), model.head().parameters());
  const auto predictions = model.predict(batch);
  CHECK(predictions.shape() == Tensor<2>::shape_type{6, 3});
  CHECK(same_bits(span_of(predictions), expected));
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(predictions(i, 0) + predictions(i, 1) + predictions(i, 2) == doctest::Approx(1.0));
}

TEST_CASE_TEMPLATE("spans, tensors and workspaces of any threads and sizes give the same bits", B,
                   GRAFT_MODEL_BACKENDS) {
  const auto model = small_model<SmallModel<B>>(Seed{4}, Threads{1});
  const Tensor<4> batch = images(6);
  const auto expected = model.predict(batch);
  for (const std::size_t threads : {1u, 2u, 3u}) {
    typename SmallModel<B>::Workspace workspace{9, Threads{threads}};
    CHECK(same_bits(model.predict(span_of(batch), workspace), span_of(expected)));
    const auto view = model.predict(batch, workspace);
    CHECK(view.dimension() == 2);
    CHECK(view.shape(0) == 6);
    CHECK(view(5, 2) == expected(5, 2));
    // A product with one row may be summed in another order than one with six.
    for (std::size_t i = 0; i < 6; ++i) {
      const std::size_t size = SmallBackbone::input_shape.size();
      CHECK(difference(model.predict(span_of(batch).subspan(i * size, size), workspace),
                       span_of(expected).subspan(3 * i, 3)) < 1e-6);
    }
  }
}

TEST_CASE("predict refuses batches of another size than the workspace's or the network's") {
  const auto model = small_model<Small>();
  Small::Workspace workspace{2};
  const std::string expected =
      "predict: expected at most 2 samples of (13, 15, 3), as many as the workspace was made for, received ";
  CHECK(error_of<ShapeError>([&] { model.predict(span_of(images(3)), workspace); }) ==
        expected + std::to_string(3 * 585) + " values");
  CHECK(error_of<ShapeError>([&] { model.predict(span_of(images(1)).first(584), workspace); }) ==
        expected + "584 values");
  CHECK(error_of<ShapeError>([&] {
          model.predict(Tensor<4>::from_shape({1, 13, 15, 4}), workspace);
        }) == "batch: expected (batch, 13, 15, 3), received (1, 13, 15, 4)");
  CHECK(model.predict(std::span<const float>{}, workspace).empty());
  CHECK(model.predict(images(0)).shape(0) == 0);
}

TEST_CASE("a model without weights in its backbone cannot predict") {
  const Small model;
  CHECK(error_of<Error>([&] { model.predict(images(1)); }).find("backbone: expected weights") == 0);
}

TEST_CASE("everything random in a model follows from its seed") {
  CHECK(Small{Seed{1}}.head().parameters() == Small{Seed{1}, Threads{1}}.head().parameters());
  CHECK(Small{Seed{1}}.head().parameters() != Small{Seed{2}}.head().parameters());
  CHECK(Small{Seed{7}}.seed().value == 7);
  CHECK(Small{Seed{7}, Threads{3}}.threads().count == 3);
}

TEST_CASE("a head can stand alone") {
  const Alone model{Seed{3}};
  const auto samples = random_values(5 * 4, 1);
  Alone::Workspace workspace{5};
  const auto result = model.predict(samples, workspace);
  const auto expected =
      forward_pass<Alone::head_network, Reference, inference_mode>(5, samples, model.head().parameters());
  CHECK(same_bits(result, expected));
}

}  // namespace model_test
