// SPDX-License-Identifier: MIT
#include <graft/layers/conv2d.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/model/trainable.hpp>
#include <graft/optimizers/adam.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/trainer.hpp>

#include "data/image_files.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"

namespace learning_rates_test {

using namespace graft;
using namespace graft::test;

namespace {

using Net = detail::Bound<Shape{4, 3, 2},
                          Sequential<Named<"stem", Conv2D<3, Kernel<1>>>,
                                     Named<"mixed", Concatenate<Named<"left", Conv2D<2, Kernel<1>>>,
                                                                Named<"right", Conv2D<2, Kernel<1>>>>>,
                                     Flatten, Dense<4, Tanh>, Dense<1, Sigmoid>>>;

std::vector<std::size_t> rates(const LearningRates& rates) {
  return detail::rate_of_nodes(graph_of<Net>.nodes, rates);
}

// input, stem, left, right, mixed, flatten, dense_1, dense_2
using Rates = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a rate goes to the layers that lead to one, behind those that have a rate already") {
  CHECK(rates({}) == Rates{0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(rates({{"mixed", 1.0f}}) == Rates{0, 1, 1, 1, 1, 0, 0, 0});
  CHECK(rates({{"stem", 1.0f}, {"mixed", 2.0f}, {"dense_2", 3.0f}}) == Rates{0, 1, 2, 2, 2, 3, 3, 3});
  CHECK(rates({{"right", 1.0f}, {"dense_1", 2.0f}}) ==
        Rates{0, 1, 2, 1, 2, 2, 2, 0});  // beside it is not before it
}

TEST_CASE("a rate of no trained layer, or twice of one, or of no number is refused") {
  CHECK(error_of<Error>([] {
          rates({{"mixd", 1.0f}});
        }) ==
        "learning rate of \"mixd\": expected a layer that is trained, one of stem, left, right, mixed, "
        "flatten_1, "
        "dense_1, dense_2, received a name that none of them has");
  CHECK(error_of<Error>([] {
          rates({{"mixed", 1.0f}, {"left", 1.0f}});
        }) ==
        "learning rate of \"left\": expected a layer behind those that have a rate already, received one "
        "that leads "
        "to \"mixed\"");
  CHECK(error_of<Error>([] {
          rates({{"mixed", -1.0f}});
        }) == "learning rate of \"mixed\": expected a number of at least 0, received -1.000000");
  CHECK(error_of<Error>([] {
          rates({{"mixed", std::nanf("")}});
        }).find("of at least 0, received") != std::string::npos);
}

TEST_CASE_TEMPLATE("each layer moves as if its rate were the optimizer's", B, GRAFT_MODEL_BACKENDS) {
  constexpr std::size_t batch = 5;
  const auto x = random_values(batch * 24, 1);
  const std::vector<float> targets{1, 0, 0, 1, 1};
  const auto after_step = [&]<class O>(const O& optimizer, const LearningRates& rates) {
    typename B::Context context{Threads{2}};
    Trainable<Net, B> part{Seed{3}};
    Trainer<Net, B, BinaryCrossentropy, O> trainer{part.data(), {}, optimizer, {}, batch, rates};
    trainer.step(context, batch, x.data(), targets.data());
    return part.parameters();
  };
  const auto check = [&](const auto& optimizer) {
    auto other = optimizer, still = optimizer;
    other.learning_rate *= 10;
    still.learning_rate = 0;
    const auto slow = after_step(optimizer, {}), fast = after_step(other, {}), none = after_step(still, {});
    const auto mixed = after_step(optimizer, {{"stem", 0.0f}, {"mixed", other.learning_rate}});
    for (const ParameterEntry& entry : parameter_table<Net>()) {
      CAPTURE(entry.layer);
      const auto& expected = entry.layer == "stem" ? none : entry.layer.starts_with("dense") ? slow : fast;
      const auto of = [&](const std::vector<float>& all) {
        return std::span{all}.subspan(entry.offset, entry.shape.size());
      };
      CHECK(same_bits(of(mixed), of(expected)));
    }
    CHECK_FALSE(same_bits(slow, fast));
  };
  check(SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true});
  check(Adam{.learning_rate = 0.01f});
}

}  // namespace learning_rates_test
