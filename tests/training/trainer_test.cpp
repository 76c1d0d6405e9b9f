// SPDX-License-Identifier: MIT
// Gradients are compared with slopes in tests/backend/, whole steps with Keras in tests/optimizers/.
#include <graft/layers/batch_normalization.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/model/trainable.hpp>
#include <graft/optimizers/adam.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/trainer.hpp>

#include "support/backends.hpp"
#include "support/uploaded.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>

namespace trainer_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t batch = 6;
constexpr float targets[batch] = {1, 0, 0, 1, 1, 0};

using Plain = detail::Bound<Shape{5}, Sequential<Dense<7, Tanh>, Dense<1, Sigmoid>>>;
using Dropping = detail::Bound<Shape{5}, Sequential<Dense<64, Tanh>, Dropout<50>, Dense<1, Sigmoid>>>;
using Single = detail::Bound<Shape{5}, Sequential<Dense<1, Sigmoid>>>;
using NormalizedFirst =
    detail::Bound<Shape{5}, Sequential<BatchNormalization<>, Dense<4, Relu>, Dense<1, Sigmoid>>>;
using Normalized =
    detail::Bound<Shape{5}, Sequential<Dense<4>, BatchNormalization<>, Activation<Relu>, Dense<1, Sigmoid>>>;

template <LayeredNetwork N, class B, class O = SGD>
struct Run {
  explicit Run(const O& optimizer, Seed seed = {}, std::size_t capacity = batch)
      : trainer{head.data(), BinaryCrossentropy{}, optimizer, seed, capacity} {}

  LossSums step(std::size_t count = batch) { return trainer.step(context, count, x.data(), t.data()); }

  typename B::Context context{Threads{2}};
  Trainable<N, B> head{Seed{4}};
  std::vector<float> samples = random_values(batch * 5, 8);
  typename B::Buffer x = uploaded<B>(context, samples), t = uploaded<B>(context, targets);
  Trainer<N, B, BinaryCrossentropy, O> trainer;
};

template <LayeredNetwork N>
constexpr bool has_dense_ahead = detail::node_ahead<detail::LogitsOf<N>> != Step::none;

}  // namespace

static_assert(has_dense_ahead<Plain> && has_dense_ahead<Dropping> && has_dense_ahead<Normalized> &&
              has_dense_ahead<Single>);
static_assert(!has_dense_ahead<NormalizedFirst>, "its Dense depends on the normalisation's parameters too");

TEST_CASE_TEMPLATE("compute_gradients moves nothing; a step of SGD moves along the gradient", B,
                   GRAFT_MODEL_BACKENDS) {
  Run<Plain, B> run{SGD{.learning_rate = 0.5f}};
  const auto before = run.head.parameters();
  const LossSums sums = run.trainer.compute_gradients(run.context, batch, run.x.data(), run.t.data());
  CHECK(run.head.parameters() == before);
  CHECK(sums.loss > 0.0);
  std::vector<float> gradients(before.size());
  B::download(run.context, run.trainer.gradients(), gradients);
  const LossSums again = run.step();
  CHECK(again.loss == sums.loss);  // measured before the update
  CHECK(again.accuracy == sums.accuracy);
  const auto after = run.head.parameters();
  for (std::size_t i = 0; i < before.size(); ++i)
    CHECK(after[i] == doctest::Approx(before[i] - 0.5f * gradients[i]).epsilon(1e-5));
  CHECK(run.step().loss < sums.loss);
}

// The losses of `steps` steps over two batches of different size in turn, and the parameters after them.
template <LayeredNetwork N, class B, class O>
std::vector<float> two_batches(const O& optimizer, bool announce, bool truthfully = true) {
  Run<N, B, O> run{optimizer};
  const auto other = uploaded<B>(run.context, random_values(4 * 5, 9));
  const NextBatch batches[] = {{batch, run.x.data()}, {4, other.data()}};
  std::vector<float> losses;
  for (std::size_t step = 0; step < 5; ++step) {
    const NextBatch now = batches[step % 2], next = batches[truthfully ? (step + 1) % 2 : step % 2];
    const LossSums sums =
        run.trainer.step(run.context, now.size, now.x, run.t.data(), announce ? next : NextBatch{});
    losses.push_back(static_cast<float>(sums.loss));
  }
  const auto parameters = run.head.parameters();
  losses.insert(losses.end(), parameters.begin(), parameters.end());
  return losses;
}

TEST_CASE_TEMPLATE("the batch to come, announced, is computed in advance: to the same bits", B,
                   GRAFT_MODEL_BACKENDS) {
  const auto check = []<LayeredNetwork N>(std::type_identity<N>, const auto& optimizer) {
    const auto expected = two_batches<N, B>(optimizer, false);
    CHECK(same_bits(two_batches<N, B>(optimizer, true), expected));
    CHECK(same_bits(two_batches<N, B>(optimizer, true, false), expected));  // another came: nothing is wrong
  };
  const SGD sgd{.learning_rate = 0.1f, .momentum = 0.9f};
  check(std::type_identity<Plain>{}, sgd);
  check(std::type_identity<Dropping>{}, RMSprop{.learning_rate = 0.01f});
  check(std::type_identity<Normalized>{}, sgd);
  check(std::type_identity<Single>{}, sgd);
  check(std::type_identity<NormalizedFirst>{}, sgd);
}

TEST_CASE_TEMPLATE("a batch may be smaller than the trainer's capacity", B, GRAFT_MODEL_BACKENDS) {
  Run<Plain, B> exact{SGD{}, Seed{}, 2}, roomy{SGD{}, Seed{}, 50};
  CHECK(exact.step(2).loss == roomy.step(2).loss);
  CHECK(same_bits(exact.head.parameters(), roomy.head.parameters()));
}

TEST_CASE_TEMPLATE("dropout's masks differ from step to step and from seed to seed", B,
                   GRAFT_MODEL_BACKENDS) {
  // With a rate of zero the weights stand still, and only the masks make a difference.
  const SGD still{.learning_rate = 0.0f};
  Run<Dropping, B> run{still, Seed{1}}, same{still, Seed{1}}, other{still, Seed{2}};
  const double first = run.step().loss, second = run.step().loss;
  CHECK(first != second);
  CHECK(same.step().loss == first);
  CHECK(same.step().loss == second);
  CHECK(other.step().loss != first);
}

TEST_CASE_TEMPLATE("an optimizer leaves moving statistics alone; the forward pass moves them", B,
                   GRAFT_MODEL_BACKENDS) {
  Run<Normalized, B, RMSprop> run{RMSprop{.learning_rate = 0.1f}};
  const auto mean = [&] { return run.head.parameter("batch_normalization_1/moving_mean"); };
  const auto variance = [&] { return run.head.parameter("batch_normalization_1/moving_variance"); };
  const auto gamma = run.head.parameter("batch_normalization_1/gamma");
  // Keras: moving = moving * 0.99 + batch * 0.01, from the batch that the layer sees.
  const auto kernel = run.head.parameter("dense_1/kernel");
  std::vector<double> expected(4);
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t row = 0; row < batch; ++row)
      for (std::size_t i = 0; i < 5; ++i)
        expected[c] += 0.01 * double{run.samples[row * 5 + i]} * double{kernel(i, c)} / double{batch};
  run.step();
  for (std::size_t c = 0; c < 4; ++c) {
    CHECK(double{mean()(c)} == doctest::Approx(expected[c]).epsilon(1e-4));
    CHECK(variance()(c) < 1.0f);
    CHECK(variance()(c) > 0.99f);
  }
  CHECK(run.head.parameter("batch_normalization_1/gamma") != gamma);
}

TEST_CASE("the optimizer of a trainer can be changed between steps") {
  Run<Plain, Blas> run{SGD{.learning_rate = 0.5f}};
  run.step();
  run.trainer.optimizer().learning_rate = 0.0f;
  const auto before = run.head.parameters();
  run.step();
  CHECK(run.head.parameters() == before);
}

TEST_CASE_TEMPLATE("steps from a recording are those that are told one by one", O, SGD, RMSprop, Adam) {
  // From another place each time, and nothing is the same twice; from one place, and it is recorded.
  Run<Dropping, Emulated, O> recorded{O{}, Seed{6}}, told{O{}, Seed{6}};
  std::vector<Emulated::Buffer> places;
  const std::size_t made = HostDevice::Recording::made, replays = HostDevice::Recording::replays;
  for (std::size_t step = 0; step < 6; ++step) {
    places.push_back(uploaded<Emulated>(told.context, told.samples));
    const LossSums expected = told.trainer.step(told.context, batch, places.back().data(), told.t.data());
    const LossSums sums = recorded.step();
    CHECK(sums.loss == expected.loss);
    CHECK(sums.accuracy == expected.accuracy);
    CHECK(recorded.head.parameters() == told.head.parameters());
  }
  CHECK(HostDevice::Recording::made == made + 1);
  CHECK(HostDevice::Recording::replays == replays + 5);
}

}  // namespace trainer_test
