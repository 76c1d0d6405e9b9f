// SPDX-License-Identifier: MIT
#pragma once

#include <graft/losses/check_loss.hpp>
#include <graft/model/backward.hpp>
#include <graft/model/model.hpp>
#include <graft/optimizers/optimizer.hpp>
#include <graft/training/learning_rates.hpp>

namespace graft {

/// The features of a step's successor: memory that stays as it is until that step.
struct NextBatch {
  std::size_t size = 0;
  const float* x = nullptr;  ///< backend memory (size, input), within the capacity; null: not known
};

/// One training step at a time on a network whose parameters lie in `parameters` (backend memory): forward in
/// training mode, loss, backward, optimizer. Its memory is allocated once, for batches of up to `capacity`.
template <LayeredNetwork Net, Backend B, Loss L, Optimizer O>
class Trainer {
  using Logits = detail::LogitsOf<Net>;
  static constexpr auto& graph = graph_of<Logits>;
  static constexpr auto& plan = plan_of<Logits, training_mode>;
  static constexpr std::size_t outputs = graph.output_shape().size();
  static constexpr std::size_t units_ahead = [] {
    constexpr std::size_t node = detail::node_ahead<Logits>;
    if constexpr (node == Step::none)
      return std::size_t{0};
    else
      return graph.nodes[node].output.size();
  }();

 public:
  /// `rates` name layers that have another learning rate than the optimizer's; throws Error for a name that
  /// there is not.
  Trainer(ParameterPointer<float> parameters, const L& loss, const O& optimizer, Seed seed,
          std::size_t capacity, const LearningRates& rates = {})
      : parameters_{parameters},
        loss_{loss},
        optimizers_{optimizer},
        rate_of_node_{detail::rate_of_nodes(graph.nodes, rates)},
        seed_{seed},
        arena_{capacity * plan.arena_size},
        gradient_arena_{capacity * plan.arena_size},
        logits_{capacity * outputs},
        dlogits_{capacity * outputs},
        saved_{plan.saved_size},
        node_gradients_{detail::largest_gradient<Logits>},
        slots_{optimizer.slot_count() * graph.parameter_count},
        outputs_ahead_{capacity * units_ahead} {
    detail::check_loss<L, Net>();
    for (const LayerRate& rate : rates) {
      optimizers_.push_back(optimizer);
      optimizers_.back().learning_rate = rate.learning_rate;
    }
  }

  /// Loss and gradients of a batch; the parameters stay as they are. x (batch, input), target (batch, units)
  LossSums compute_gradients(typename B::Context& context, std::size_t batch, const float* x,
                             const float* target) {
    if (gradients_.size() == 0) gradients_ = typename B::Buffer{graph.parameter_count};
    return pass(context, batch, x, target, nullptr, [&](const detail::Frame<B>& frame) {
      detail::backward<Logits, B>(frame, {dlogits_.data(), gradient_arena_.data()},
                                  detail::KeepGradients<B>{gradients_.data()});
    });
  }

  /// One step: loss, gradients, and the optimizer moves every trainable parameter. The loss is the one
  /// before. If `next` is given, the step after this one must be its, on the parameters that this one leaves:
  /// a Dense that reads the input computes it while its weights are in the cache. Results are the same.
  LossSums step(typename B::Context& context, std::size_t batch, const float* x, const float* target,
                NextBatch next = {}) {
    const float* computed = ahead_.x == x && ahead_.batch == batch ? ahead_.y : nullptr;
    ahead_ = {};
    if (units_ahead > 0 && next.x != nullptr) ahead_ = {next.size, next.x, outputs_ahead_.data()};
    return pass(context, batch, x, target, computed, [&](const detail::Frame<B>& frame) {
      optimizer().visit_rule(++steps_, [&]<class Rule>(const Rule& first) {
        std::vector<Rule> rules{first};
        for (std::size_t i = 1; i < optimizers_.size(); ++i)
          optimizers_[i].visit_rule(steps_, [&]<class Other>(const Other& rule) {
            if constexpr (std::is_same_v<Other, Rule>) rules.push_back(rule);
          });
        detail::backward<Logits, B>(
            frame, {dlogits_.data(), gradient_arena_.data()},
            detail::UpdateParameters<B, Rule>{rules, rate_of_node_, parameters_, slots_.data(),
                                              graph.parameter_count, node_gradients_.data(), ahead_});
      });
    });
  }

  /// Gradients of the last call of compute_gradients, backend memory, in the order of parameter_table<Net>().
  const float* gradients() const { return gradients_.data(); }
  /// The optimizer of all layers that have no rate of their own.
  O& optimizer() { return optimizers_.front(); }

 private:
  // A seed for each step, so that masks differ from step to step (an odd constant visits all 64-bit numbers).
  Seed step_seed() const { return {seed_.value + steps_ * 0x9E3779B97F4A7C15u}; }

  template <class Backward>
  LossSums pass(typename B::Context& context, std::size_t batch, const float* x, const float* target,
                const float* ahead, Backward&& backward) {
    const detail::Frame<B> frame{context,       batch,       x,           logits_.data(),
                                 arena_.data(), parameters_, parameters_, saved_.data(),
                                 step_seed(),   ahead};
    detail::forward<Logits, training_mode, B>(frame);
    const LossSums sums =
        B::template loss<L, outputs>(context, loss_, batch, logits_.data(), target, dlogits_.data());
    backward(frame);
    return sums;
  }

  ParameterPointer<float> parameters_;
  L loss_;
  std::vector<O> optimizers_;              // the first, then one for each further rate
  std::vector<std::size_t> rate_of_node_;  // which of them moves each node's parameters
  Seed seed_;
  std::uint64_t steps_ = 0;
  typename B::Buffer arena_, gradient_arena_, logits_, dlogits_, saved_, node_gradients_, slots_;
  DenseAhead ahead_;                  // what the last step has computed of the batch after it
  typename B::Buffer outputs_ahead_;  // (capacity, units_ahead)
  typename B::Buffer gradients_{0};   // as soon as somebody wants to keep them
};

}  // namespace graft
