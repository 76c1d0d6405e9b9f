// SPDX-License-Identifier: MIT
// The latency of one prediction after another: so many images through the whole network, backbone and head,
// each timed. Prints what a server would be asked for: the median, the 99th percentile and the worst, in
// milliseconds.
#include <graft/graft.hpp>

#include "driver.hpp"
#include <algorithm>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

template <class B>
void run(const bench::Arguments& arguments) {
  using Net = graft::Model<graft::Frozen<Backbone>, Head, B>;
  const std::size_t predictions = arguments.number("predictions"), warm_up = 20;
  Net net{graft::Seed{42}};
  net.backbone().load(arguments["weights"]);
  typename Net::Workspace workspace{1, graft::Threads{arguments.number("threads")}};
  const bench::Golden golden{arguments["data"]};
  const auto image = [&](std::size_t i) {
    return std::span{golden.images}.subspan(i % 2 * bench::Golden::image_size, bench::Golden::image_size);
  };
  for (std::size_t i = 0; i < warm_up; ++i) net.predict(image(i), workspace);
  std::vector<double> milliseconds(predictions);
  for (std::size_t i = 0; i < predictions; ++i) {
    const double start = bench::now();
    net.predict(image(i), workspace);
    milliseconds[i] = (bench::now() - start) * 1e3;
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const double median = milliseconds[predictions / 2], p99 = milliseconds[predictions * 99 / 100];
  std::cout << "median\t" << median << "\np99\t" << p99 << "\nmax\t" << milliseconds.back()
            << "\np99/median\t" << p99 / median << std::endl;
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  arguments["variant"] == graft::Simd::name ? run<graft::Simd>(arguments) : run<graft::Blas>(arguments);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
