// SPDX-License-Identifier: MIT
#include <graft/model/move_boundary.hpp>

#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"

namespace move_boundary_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class B>
using Whole = SmallModel<B, Sequential<Flatten, Dense<9, Relu>, Dense<3, Softmax>>>;

// The rounding of folded normalisations apart, a model computes the same on either side of the boundary.
constexpr double tolerance = 1e-5;

// There and back again: what is computed, what is moved.
template <class Part, class B>
void check_round_trip() {
  auto whole = small_model<Whole<B>>(Seed{4});
  const auto originals = trained_parameters<SmallBackbone>(3);
  const auto head = whole.head().parameters();
  const Tensor<4> batch = images(5);
  const auto expected = whole.predict(batch);
  const float* const backbone_memory = whole.backbone().parameters().data();
  const float* const head_memory = whole.head().data().at(0);

  Part part = std::move(whole);
  constexpr std::size_t frozen = Part::extractor_type::network::parameter_count;
  constexpr std::size_t unfrozen = SmallBackbone::parameter_count - frozen;
  CHECK(difference(span_of(part.predict(batch)), span_of(expected)) < tolerance);
  CHECK(std::ranges::equal(part.frozen().parameters(), std::span{originals}.first(frozen)));
  auto trained = part.head().parameters();
  CHECK(std::ranges::equal(std::span{trained}.first(unfrozen), std::span{originals}.subspan(frozen)));
  CHECK(std::ranges::equal(std::span{trained}.subspan(unfrozen), head));
  CHECK(part.head().data().at(unfrozen) == head_memory);
  if (frozen > 0) CHECK(part.frozen().parameters().data() == backbone_memory);
  CHECK(part.seed().value == 4);
  CHECK(part.threads().count == 2);

  // What was trained comes back, the rest as it was.
  for (float& value : trained) value += 0.01f;
  part.head().assign(trained);
  const auto tuned = part.predict(batch);
  Whole<B> again = std::move(part);
  CHECK(difference(span_of(again.predict(batch)), span_of(tuned)) < tolerance);
  CHECK(std::ranges::equal(again.backbone().parameters().first(frozen), std::span{originals}.first(frozen)));
  CHECK(
      std::ranges::equal(again.backbone().parameters().subspan(frozen), std::span{trained}.first(unfrozen)));
  CHECK(std::ranges::equal(again.head().parameters(), std::span{trained}.subspan(unfrozen)));
  CHECK(again.head().data().at(0) == head_memory);
  if (frozen > 0) CHECK(again.backbone().parameters().data() == backbone_memory);
}

}  // namespace

TEST_CASE_TEMPLATE("a model moves its freeze boundary and back, its parameters stay where they are", B,
                   GRAFT_MODEL_BACKENDS) {
  check_round_trip<typename Whole<B>::template FreezeThrough<"mixed">, B>();
  check_round_trip<typename Whole<B>::template FreezeThrough<"relu_1">, B>();
  check_round_trip<typename Whole<B>::template FreezeThrough<"bn_1">, B>();
  check_round_trip<typename Whole<B>::template FreezeThrough<"conv_1">, B>();  // what is folded is torn apart
  check_round_trip<typename Whole<B>::template FreezeThrough<"input_1">, B>();
}

TEST_CASE_TEMPLATE("from one part to another: more frozen layers, fewer, other statistics", B,
                   GRAFT_MODEL_BACKENDS) {
  using Early = typename Whole<B>::template FreezeThrough<"conv_1">;
  using Late = typename Whole<B>::template FreezeThrough<"mixed", BatchStatistics>;
  auto whole = small_model<Whole<B>>(Seed{4});
  const Tensor<4> batch = images(5);
  const auto expected = whole.predict(batch);
  Late late = std::move(whole);
  Early early = std::move(late);
  CHECK(difference(span_of(early.predict(batch)), span_of(expected)) < tolerance);
  late = std::move(early);
  CHECK(difference(span_of(late.predict(batch)), span_of(expected)) < tolerance);
  typename Whole<B>::template FreezeThrough<"mixed"> other = std::move(late);
  CHECK(difference(span_of(other.predict(batch)), span_of(expected)) < tolerance);
  whole = std::move(other);
  CHECK(same_bits(span_of(whole.predict(batch)), span_of(expected)));
}

TEST_CASE("folded weights are handed over unless the boundary tears a fusion apart") {
  const auto kept = []<fixed_string Name>() {
    return detail::prepared_begins_alike<SmallBackbone::Until<Name>, SmallBackbone, Simd>;
  };
  CHECK(kept.operator()<"mixed">());
  CHECK(kept.operator()<"relu_1">());
  CHECK_FALSE(kept.operator()<"bn_1">());
  CHECK_FALSE(kept.operator()<"conv_1">());
}

TEST_CASE("a model whose backbone has no weights cannot move its boundary, and is as it was") {
  Whole<Blas> whole{Seed{1}};
  const auto head = whole.head().parameters();
  CHECK(error_of<Error>([&] {
          Whole<Blas>::FreezeThrough<"mixed"> part = std::move(whole);
        }).find("backbone: expected weights") == 0);
  CHECK(whole.head().parameters() == head);
}

TEST_CASE("a model that was moved from has no weights, and can be given some") {
  auto whole = small_model<Whole<Blas>>();
  const Whole<Blas>::FreezeThrough<"mixed"> part = std::move(whole);
  CHECK_FALSE(whole.backbone().loaded());
  whole = small_model<Whole<Blas>>();
  CHECK(same_bits(span_of(whole.predict(images(2))), span_of(small_model<Whole<Blas>>().predict(images(2)))));
}

}  // namespace move_boundary_test
