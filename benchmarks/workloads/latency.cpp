// SPDX-License-Identifier: MIT
// The latency of one prediction after another: so many images through the whole network, backbone and head,
// each timed. Prints what a server would be asked for: the median, the 99th percentile and the worst, in
// milliseconds. In turn with them, a few hundred at a time, additions in registers on as many threads, of
// about the same length: how even the machine itself is in these minutes. One by one they would be in the
// way: a thread that waits for more additions holds its processor when a prediction wakes another one.
#include <graft/graft.hpp>

#include "driver.hpp"
#include <algorithm>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

// Milliseconds that work() takes.
template <class Work>
double milliseconds(Work&& work) {
  const double start = bench::now();
  work();
  return (bench::now() - start) * 1e3;
}

double percentile(const std::vector<double>& sorted, std::size_t percent) {
  return sorted[std::min(sorted.size() * percent / 100, sorted.size() - 1)];
}

double ratio_of_p99(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return percentile(times, 99) / percentile(times, 50);
}

// One after the other, each waiting for the last.
void add(std::size_t count) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += 1;
    asm volatile("" : "+r"(sum));
  }
}

template <class B>
void run(const bench::Arguments& arguments) {
  using Net = graft::Model<graft::Frozen<Backbone>, Head, B>;
  const std::size_t predictions = arguments.number("predictions"), warm_up = 20;
  const graft::Threads threads{arguments.number("threads")};
  Net net{graft::Seed{42}};
  net.backbone().load(arguments["weights"]);
  typename Net::Workspace workspace{1, threads};
  constexpr std::size_t image_size = Backbone::input_shape.size();
  const bench::Golden golden{arguments["data"], image_size, Backbone::output_shape.size()};
  const auto predict = [&](std::size_t i) {
    const auto image = std::span{golden.images}.subspan(i % 2 * image_size);
    return milliseconds([&] { net.predict(image.first(image_size), workspace); });
  };
  std::vector<double> warm(warm_up), times, additions;
  for (std::size_t i = 0; i < warm_up; ++i) warm[i] = predict(i);
  std::sort(warm.begin(), warm.end());

  graft::ThreadTeam team{threads};
  constexpr std::size_t trial = 1'000'000;
  const double of_trial = std::min({milliseconds([] { add(trial); }), milliseconds([] { add(trial); })});
  const auto count = static_cast<std::size_t>(percentile(warm, 50) / of_trial * trial);
  const auto add_on_all = [&] {
    return milliseconds([&] { team.run(threads.count, [&](std::size_t, std::size_t) { add(count); }); });
  };
  constexpr std::size_t in_turn = 250;
  while (times.size() < predictions) {
    const std::size_t end = std::min(times.size() + in_turn, predictions);
    while (times.size() < end) times.push_back(predict(times.size()));
    while (additions.size() < end) additions.push_back(add_on_all());
  }
  std::sort(times.begin(), times.end());
  std::cout << "median\t" << percentile(times, 50) << "\np99\t" << percentile(times, 99) << "\nmax\t"
            << times.back() << "\np99/median\t" << ratio_of_p99(times) << "\nadditions\t"
            << ratio_of_p99(additions) << std::endl;
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  arguments["variant"] == graft::Simd::name ? run<graft::Simd>(arguments) : run<graft::Blas>(arguments);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
