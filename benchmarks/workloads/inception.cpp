// SPDX-License-Identifier: MIT
// Inception v3 to mixed7 on images of 150 x 150 pixels.
#include <graft/graft.hpp>

#include "driver.hpp"

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;

template <class B>
void run(const bench::Arguments& arguments) {
  graft::Extractor<Backbone, B> extractor;
  extractor.load(arguments["weights"]);
  const bench::Golden golden{arguments["data"]};
  const std::size_t batch = arguments.number("batch");
  const std::vector<float> x = golden.batch(batch);
  typename B::Context context{graft::Threads{arguments.number("threads")}};
  typename B::Buffer arena{B::slots(context) * B::images_per_slot(batch) * extractor.arena_size};
  typename B::Buffer y{batch * Backbone::output_shape.size()};
  const auto work = [&] { extractor.run(context, batch, x.data(), arena.data(), y.data()); };
  work();
  bench::serve("", bench::error_note(golden.difference(y.data(), batch)), work, batch);
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string backend = arguments["variant"];
  if (backend == graft::Simd::name) return run<graft::Simd>(arguments), 0;
  if (backend == graft::Blas::name) return run<graft::Blas>(arguments), 0;
  if (backend == graft::SimdBfloat16::name) return run<graft::SimdBfloat16>(arguments), 0;
  throw std::runtime_error("this build has no backend " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
