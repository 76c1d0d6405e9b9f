// SPDX-License-Identifier: MIT
#include <graft/backend/blas/update.hpp>

#include "support/kernel_runs.hpp"

namespace update_test {

using namespace graft;
using namespace graft::test;

namespace {

// A rule with as many slots as any optimizer has; reads and writes all of them.
struct ThreeSlots {
  static constexpr std::size_t slots = 3;
  template <class V>
  void operator()(V& w, V g, V* slot) const {
    slot[0] = V(0.5f) * slot[0] + g;
    slot[1] = V(0.25f) * slot[1] + g * g;
    slot[2] = slot[2] + V(1.0f);
    w = w - V(0.125f) * slot[0] - slot[1] / (slot[2] + V(2.0f));
  }
};

struct NoSlots {
  static constexpr std::size_t slots = 0;
  template <class V>
  void operator()(V& w, V g, V*) const {
    w = w - V(0.125f) * g;
  }
};

// Weights and slots one after the other, after three steps; what lies behind `count` must stay as it is.
template <class B, class Rule>
std::vector<float> three_steps(HostContext& context, std::size_t count) {
  const std::size_t room = count + 8;
  auto memory = random_values(4 * room, 1);
  const auto g = random_values(room, 2);
  OptimizerSlots slots{};
  for (std::size_t k = 0; k < Rule::slots; ++k) slots[k] = memory.data() + (k + 1) * room;
  for (int step = 0; step < 3; ++step) B::update(context, Rule{}, count, memory.data(), g.data(), slots);
  return memory;
}

template <class B, class Rule>
void check() {
  // Around the width of a vector register and around the block that one thread takes.
  constexpr std::size_t block = std::size_t{1} << 14;
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16},
                                  std::size_t{17}, std::size_t{100}, block, block + 1, 3 * block + 77}) {
    CAPTURE(count);
    HostContext one{Threads{1}};
    const auto expected = three_steps<Reference, Rule>(one, count);
    const auto result =
        same_for_any_threads<B>([&](HostContext& context) { return three_steps<B, Rule>(context, count); });
    CHECK(difference(result, expected) < 1e-6);
    const auto before = random_values(expected.size(), 1);
    for (std::size_t k = 0; k < 4; ++k)
      CHECK(same_bits(std::span{result}.subspan(k * (count + 8) + count, 8),
                      std::span{before}.subspan(k * (count + 8) + count, 8)));
  }
}

}  // namespace

TEST_CASE("Blas: the optimizer's step is Reference's, in vector registers") {
  static_assert(detail::BlasUpdate::block == std::size_t{1} << 14, "the sizes tried lie around the block");
  check<Blas, NoSlots>();
  check<Blas, ThreeSlots>();
}

}  // namespace update_test
