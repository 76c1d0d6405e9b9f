// SPDX-License-Identifier: MIT
// A network on its images: Inception v3 to mixed7, MobileNet v1 to conv_dw_13_relu, MobileNet v2 0.35.
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
  typename B::Buffer y{batch * Net::output_shape.size()};
  const auto work = [&] { extractor.run(context, batch, x.data(), arena.data(), y.data()); };
  work();
  bench::serve("", bench::error_note(golden.difference(y.data(), batch)), work, batch);
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string network = arguments["network"], backend = arguments["variant"];
  const bool simd = backend == graft::Simd::name, blas = backend == graft::Blas::name;
  if (network == "inception" && simd) return run<Inception, graft::Simd>(arguments), 0;
  if (network == "inception" && blas) return run<Inception, graft::Blas>(arguments), 0;
  if (network == "inception" && backend == graft::SimdBfloat16::name)
    return run<Inception, graft::SimdBfloat16>(arguments), 0;
  if (network == "mobile_net" && simd) return run<MobileNet, graft::Simd>(arguments), 0;
  if (network == "mobile_net" && blas) return run<MobileNet, graft::Blas>(arguments), 0;
  if (network == "mobile_net_v2" && simd) return run<MobileNetV2, graft::Simd>(arguments), 0;
  if (network == "mobile_net_v2" && blas) return run<MobileNetV2, graft::Blas>(arguments), 0;
  throw std::runtime_error("this program has no " + network + " with " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
