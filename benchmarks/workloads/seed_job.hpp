// SPDX-License-Identifier: MIT
// The whole job as graft's user writes it: ten epochs of a new head on a frozen Inception v3, decoding
// included.
#pragma once

#include <graft/graft.hpp>

#include "driver.hpp"

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

template <class B>
void run(const bench::Arguments& arguments) {
  const double start = bench::now();
  graft::Model<graft::Frozen<Backbone>, Head, B> net{graft::Seed{42},
                                                     graft::Threads{arguments.number("threads")}};
  net.backbone().load(arguments["weights"]);
  const graft::ImageFolder train{arguments["images"] + "/train"},
      validation{arguments["images"] + "/validation"};
  const auto history =
      net.fit(train, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = 1e-4f},
              {.epochs = arguments.number("epochs"), .batch_size = 20, .validation = &validation});
  std::cout << "job\t" << bench::now() - start << '\t' << history.back().val_accuracy << std::endl;
}
