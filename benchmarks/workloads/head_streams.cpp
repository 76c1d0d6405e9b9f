// SPDX-License-Identifier: MIT
// The bound of every training step of the head: weights and mean squares read once and written once, without
// any arithmetic, from huge pages.
#include <graft/backend/thread_team.hpp>

#include "driver.hpp"
#include "huge_pages.hpp"

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  graft::ThreadTeam team{graft::Threads{arguments.number("threads")}};
  constexpr std::size_t size = bench::HeadBatches::inputs * 1024, block = std::size_t{1} << 18;
  const bench::HugePages weights{size}, squares{size};
  using Vector = unsigned __attribute__((vector_size(64), may_alias));
  const volatile unsigned zero = 0;  // the compiler may not know it: it would write nothing
  const Vector nothing = Vector{} + zero;
  const auto touch = [nothing](float* values) {
    auto* vectors = reinterpret_cast<Vector*>(values);
    for (std::size_t i = 0; i < block * sizeof(float) / sizeof(Vector); ++i) vectors[i] ^= nothing;
  };
  static_assert(size % block == 0);
  bench::serve("", "no arithmetic", [&] {
    team.run(size / block, [&](std::size_t i, std::size_t) {
      touch(weights.data() + i * block);
      touch(squares.data() + i * block);
    });
  });
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
