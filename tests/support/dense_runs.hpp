// SPDX-License-Identifier: MIT
#pragma once

#include "support/kernel_runs.hpp"

namespace graft::test {

// A rule with two slots, smooth enough for rounding to stay rounding.
struct TwoSlots {
  static constexpr std::size_t slots = 2;
  template <class V>
  void operator()(V& w, V g, V* slot) const {
    slot[0] = V(0.5f) * slot[0] + g;
    slot[1] = V(0.25f) * slot[1] + g * g;
    w = w - V(0.125f) * slot[0] / (slot[1] + V(2.0f));
  }
};

// One that need not touch a weight whose gradient is zero, but moves its slot.
struct Decaying {
  static constexpr std::size_t slots = 1;
  static constexpr bool keeps_weight_at_zero_gradient() { return true; }
  template <class V>
  void operator()(V& w, V g, V* slot) const {
    slot[0] = V(0.5f) * slot[0] + g * g;
    w = w - V(0.125f) * g / (slot[0] + V(1.0f));
  }
};

// The same in the first and the third slot; there is no second one.
struct FirstAndThird {
  static constexpr std::size_t slots = 3;
  template <class V>
  void operator()(V& w, V g, V* slot) const {
    V two[2] = {slot[0], slot[2]};
    TwoSlots{}(w, g, two);
    slot[0] = two[0];
    slot[2] = two[1];
  }
};

// Kernel, bias and their slots after two updates, one after the other; the second also computes a batch to
// come, as the layer itself does afterwards. A null bias must stay as it is.
template <class B, DenseSpec S, class Rule>
std::vector<float> updated_dense(HostContext& context, std::size_t batch, std::span<const float> x,
                                 std::span<const float> dy, std::span<const float> kernel,
                                 std::span<const float> bias, bool use_bias) {
  const std::size_t n = kernel.size() + bias.size();
  std::vector<float> memory(kernel.begin(), kernel.end());
  memory.insert(memory.end(), bias.begin(), bias.end());
  memory.resize(3 * n, 0.5f);
  OptimizerSlots kernel_slots{memory.data() + n, memory.data() + 2 * n};
  if (Rule::slots == 3) std::swap(kernel_slots[1], kernel_slots[2]);
  float* b = use_bias ? memory.data() + kernel.size() : nullptr;
  const std::size_t next_batch = batch + 1;
  const auto next = random_values(next_batch * S.inputs, 6);
  auto y = poison(next_batch * S.units), expected_y = y;
  for (const DenseAhead ahead : {DenseAhead{}, DenseAhead{next_batch, next.data(), y.data()}})
    B::template dense_update<S, Tanh>(context, Rule{}, batch, x.data(), dy.data(), memory.data(),
                                      kernel_slots, b, advance(kernel_slots, kernel.size()), ahead);
  B::template dense<S, Tanh>(context, next_batch, next.data(), memory.data(), b, expected_y.data());
  CHECK(same_bits(y, expected_y));
  if (!use_bias) CHECK(same_bits(std::span{memory}.subspan(kernel.size(), bias.size()), bias));
  return memory;
}

template <class B, DenseSpec S>
void check_dense_update(std::size_t batch, std::span<const float> x, std::span<const float> dy,
                        std::span<const float> kernel, std::span<const float> bias) {
  HostContext one{Threads{1}};
  const auto check = [&]<class Rule>(Rule, bool use_bias) {
    const auto expected = updated_dense<Reference, S, Rule>(one, batch, x, dy, kernel, bias, use_bias);
    const auto result = same_for_any_threads<B>([&](auto& context) {
      return updated_dense<B, S, Rule>(context, batch, x, dy, kernel, bias, use_bias);
    });
    CHECK(difference(result, expected) < 4 * sum_tolerance(batch));
  };
  check(TwoSlots{}, true);
  check(TwoSlots{}, false);
  check(Decaying{}, true);
  check(FirstAndThird{}, true);
}

// All primitives of one fully connected layer against Reference.
template <class B, DenseSpec S, class Act = Linear>
void check_dense() {
  const auto kernel = random_values(S.inputs * S.units, 1), bias = random_values(S.units, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = random_values(batch * S.inputs, 3), dy = random_values(batch * S.units, 4);
    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      auto expected = poison(dy.size());
      Reference::dense<S, Act>(one, batch, x.data(), kernel.data(), b, expected.data());
      const auto y = same_for_any_threads<B>([&](auto& context) {
        auto result = poison(dy.size());
        B::template dense<S, Act>(context, batch, x.data(), kernel.data(), b, result.data());
        return result;
      });
      CHECK(difference(y, expected) < sum_tolerance(S.inputs));
    }

    std::vector<float> expected_dkernel(kernel.size()), expected_dbias(bias.size());
    Reference::dense_backward_kernel<S>(one, batch, x.data(), dy.data(), expected_dkernel.data(),
                                        expected_dbias.data());
    const auto gradients = same_for_any_threads<B>([&](auto& context) {
      auto result = poison(kernel.size() + bias.size());
      B::template dense_backward_kernel<S>(context, batch, x.data(), dy.data(), result.data(),
                                           result.data() + kernel.size());
      auto alone = poison(kernel.size());
      B::template dense_backward_kernel<S>(context, batch, x.data(), dy.data(), alone.data(), nullptr);
      CHECK(same_bits(alone, std::span{result}.first(kernel.size())));
      return result;
    });
    CHECK(difference(std::span{gradients}.first(kernel.size()), expected_dkernel) < sum_tolerance(batch));
    CHECK(difference(std::span{gradients}.subspan(kernel.size()), expected_dbias) < sum_tolerance(batch));

    check_dense_update<B, S>(batch, x, dy, kernel, bias);

    const auto start = random_values(x.size(), 5);
    auto expected_dx = start;
    Reference::dense_backward_input<S>(one, batch, kernel.data(), dy.data(), expected_dx.data());
    const auto dx = same_for_any_threads<B>([&](auto& context) {
      auto result = start;
      B::template dense_backward_input<S>(context, batch, kernel.data(), dy.data(), result.data());
      return result;
    });
    CHECK(difference(dx, expected_dx) < sum_tolerance(S.units));
  }
}

}  // namespace graft::test
