// SPDX-License-Identifier: MIT
// One training step of the head: Flatten, Dense 1024, Dropout 20 %, Dense 1, binary crossentropy, RMSprop.
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
  std::size_t steps = 0;
  const auto work = [&] {
    const auto sums = trainer.step(context, batch, batches.features(steps), batches.labels(steps),
                                   {batch, batches.features(steps + 1)});
    ++steps;
    return sums.loss / static_cast<double>(batch);
  };
  bench::serve("", "", work);
}

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::string backend = arguments["variant"];
  if (backend == graft::Simd::name) return run<graft::Simd>(arguments), 0;
  if (backend == graft::Blas::name) return run<graft::Blas>(arguments), 0;
  throw std::runtime_error("this build has no backend " + backend);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
