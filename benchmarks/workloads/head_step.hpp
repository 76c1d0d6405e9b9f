// SPDX-License-Identifier: MIT
// One training step of the head: Flatten, Dense 1024, Dropout 20 %, Dense 1, binary crossentropy, RMSprop.
#pragma once

#include <graft/graft.hpp>

#include "driver.hpp"

using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

template <class B>
void run(const bench::Arguments& arguments) {
  using Net = graft::Model<graft::Input<7, 7, 768>, Head, B>;
  const std::size_t batch = arguments.number("batch");
  const bench::HeadBatches batches{arguments["data"], batch};
  Net net{graft::Seed{42}};
  typename B::Context context{graft::Threads{arguments.number("threads")}};
  graft::Trainer<typename Net::head_network, B, graft::BinaryCrossentropy, graft::RMSprop> trainer{
      net.head().data(), {}, {.learning_rate = 1e-4f}, net.seed(), batch};
  // All batches in memory of the backend, where it does not read them here.
  typename B::Staging features{batches.x.size()}, labels{batches.y.size()};
  features.begin(context, batches.x);
  labels.begin(context, batches.y);
  const auto x = features.use(context), y = labels.use(context);
  const bench::HeadBatchPlaces places{batch, x.data(), y.data()};
  std::size_t steps = 0;
  const auto work = [&] {
    const auto sums = trainer.step(context, batch, places.features(steps), places.labels(steps),
                                   {batch, places.features(steps + 1)});
    ++steps;
    return sums.loss / static_cast<double>(batch);
  };
  bench::serve("", "", work);
}
