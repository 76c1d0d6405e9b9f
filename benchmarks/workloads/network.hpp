// SPDX-License-Identifier: MIT
// A network on its images: Inception v3 to mixed7, MobileNet v1 to conv_dw_13_relu, MobileNet v2 0.35.
#pragma once

#include <graft/graft.hpp>

#include "driver.hpp"

using Inception = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using MobileNet =
    graft::MobileNet<graft::Image<224, 224>, graft::Alpha<100>, graft::Rescale>::Until<"conv_dw_13_relu">;
using MobileNetV2 = graft::MobileNetV2<graft::Image<224, 224>, graft::Alpha<35>, graft::Rescale>;

template <class Net, class B>
void run(const bench::Arguments& arguments) {
  graft::Extractor<Net, B> extractor;
  extractor.load(arguments["weights"]);
  const bench::Golden golden{arguments["data"], Net::input_shape.size(), Net::output_shape.size()};
  const std::size_t batch = arguments.number("batch");
  const std::vector<float> x = golden.batch(batch);
  typename B::Context context{graft::Threads{arguments.number("threads")}};
  typename B::Buffer arena{B::slots(context) * B::images_per_slot(batch) * extractor.arena_size};
  typename B::Staging staging{x.size()};
  typename B::Buffer y{batch * Net::output_shape.size()};
  typename B::Recordings recordings;
  staging.begin(context, x);
  const auto input = staging.use(context);
  std::vector<float> features(y.size());
  const auto work = [&] {
    recordings.run(context, {batch},
                   [&] { extractor.run(context, batch, input.data(), arena.data(), y.data()); });
    B::download(context, y.data(), std::span{features}.first(1));  // which waits for a device
  };
  work();
  B::download(context, y.data(), features);
  bench::serve("", bench::error_note(golden.difference(features.data(), batch)), work, batch);
}
