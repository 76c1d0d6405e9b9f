// SPDX-License-Identifier: MIT
// The latency of one prediction after another: so many images through the whole network, backbone and head,
// each timed. Prints what a server would be asked for: the median, the 99th percentile and the worst, in
// milliseconds. And, as a virtual machine does not always give the same: in how many of them a thread had
// half a core, or two had no cache in common, by a trial before and behind each, and the percentile of the
// others.
#include <graft/graft.hpp>

#include "driver.hpp"
#include "placement.hpp"

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;

/// Of at least one value.
double percentile(std::vector<double> values, std::size_t percent) {
  const auto at = values.begin() +
                  static_cast<std::ptrdiff_t>(std::min(values.size() * percent / 100, values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double ratio_of_p99(const std::vector<double>& times) {
  return times.empty() ? 0 : percentile(times, 99) / percentile(times, 50);
}

template <class B>
void run(const bench::Arguments& arguments) {
  using Net = graft::Model<graft::Frozen<Backbone>, Head, B>;
  const std::size_t predictions = std::max<std::size_t>(arguments.number("predictions"), 1), warm_up = 20;
  Net net{graft::Seed{42}};
  net.backbone().load(arguments["weights"]);
  typename Net::Workspace workspace{1, graft::Threads{arguments.number("threads")}};
  constexpr std::size_t image_size = Backbone::input_shape.size();
  const bench::Golden golden{arguments["data"], image_size, Backbone::output_shape.size()};
  const auto predict = [&](std::size_t i) {
    const auto image = std::span{golden.images}.subspan(i % 2 * image_size).first(image_size);
    return 1e3 * graft::detail::seconds_of([&] { net.predict(image, workspace); });
  };

  for (std::size_t i = 0; i < warm_up; ++i) predict(i);
  std::vector<double> times, speeds, round_trips;  // of predictions; of trials, one more
  const auto try_out = [&] {
    const bench::Placement found = bench::try_out(workspace.context.team());
    speeds.push_back(found.speed);
    round_trips.push_back(found.round_trip);
  };
  try_out();
  for (std::size_t i = 0; i < predictions; ++i) {
    times.push_back(predict(i));
    try_out();
  }

  // Beside what it is at its best, as one trial in twenty finds.
  const double slow = percentile(speeds, 95) / 1.5, far = 2.5 * percentile(round_trips, 5);
  std::size_t with_half_a_core = 0, apart = 0;
  std::vector<double> others;
  for (std::size_t i = 0; i < predictions; ++i)
    if (std::min(speeds[i], speeds[i + 1]) < slow)
      ++with_half_a_core;
    else if (std::max(round_trips[i], round_trips[i + 1]) > far)
      ++apart;
    else
      others.push_back(times[i]);
  const auto percent = [&](std::size_t count) {
    return 100 * static_cast<double>(count) / static_cast<double>(predictions);
  };
  std::cout << "median\t" << percentile(times, 50) << "\np99\t" << percentile(times, 99) << "\nmax\t"
            << percentile(times, 100) << "\np99/median\t" << ratio_of_p99(times) << "\nhalf a core\t"
            << percent(with_half_a_core) << "\napart\t" << percent(apart) << "\nelse\t"
            << ratio_of_p99(others) << std::endl;
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  arguments["variant"] == graft::Simd::name ? run<graft::Simd>(arguments) : run<graft::Blas>(arguments);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
