// SPDX-License-Identifier: MIT
#pragma once

#include <graft/losses/check_loss.hpp>
#include <graft/model/backward.hpp>
#include <graft/model/model.hpp>
#include <graft/optimizers/optimizer.hpp>
#include <graft/training/learning_rates.hpp>
#include <graft/training/losses_of_rows.hpp>

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
  static constexpr std::size_t node_ahead = detail::node_ahead<Logits>;

 public:
  /// Whether a step makes use of its successor's features.
  static constexpr bool looks_ahead = B::reads_host_memory && node_ahead != Step::none;

  /// `rates` name layers that have another learning rate than the optimizer's; throws Error for a name that
  /// there is not.
  Trainer(ParameterPointer<float> parameters, const L& loss, const O& optimizer, Seed seed,
          std::size_t capacity, const LearningRates& rates = {})
      : parameters_{parameters},
        loss_{loss},
        optimizers_{optimizer},
        optimizer_of_node_{detail::rate_of_nodes(graph.nodes, rates)},
        seed_{seed},
        arena_{capacity * plan.arena_size},
        gradient_arena_{capacity * plan.arena_size},
        logits_{capacity * outputs},
        dlogits_{capacity * outputs},
        losses_{capacity},
        saved_{plan.saved_size},
        node_gradients_{detail::largest_gradient<Logits>},
        slots_{optimizer.slot_count() * graph.parameter_count},
        outputs_ahead_{looks_ahead ? capacity * graph.nodes[node_ahead].output.size() : 0} {
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
    pass(context, batch, x, target, nullptr, detail::KeepGradients<B>{gradients_.data()});
    return losses_.sums(context, batch);
  }

  /// One step: loss, gradients, and the optimizer moves every trainable parameter. The loss is the one
  /// before. If `next` is given, the step after this one must be its, on the parameters that this one leaves:
  /// a Dense that reads the input computes it while its weights are in the cache, on backends that
  /// look_ahead. Results are the same.
  LossSums step(typename B::Context& context, std::size_t batch, const float* x, const float* target,
                NextBatch next = {}) {
    const float* computed = ahead_.x == x && ahead_.batch == batch ? ahead_.y : nullptr;
    ahead_ = {};
    if (looks_ahead && next.x != nullptr) ahead_ = {next.size, next.x, outputs_ahead_.data()};
    const auto address = [](const float* p) { return reinterpret_cast<std::uintptr_t>(p); };
    recordings_.renew(context, {batch, address(x), address(target)}, [&] {
      pass(context, batch, x, target, computed,
           detail::UpdateParameters<B, O>{optimizers_, optimizer_of_node_, steps_ + 1, parameters_,
                                          slots_.data(), graph.parameter_count, node_gradients_.data(),
                                          ahead_});
    });
    ++steps_;
    return losses_.sums(context, batch);
  }

  /// Gradients of the last call of compute_gradients, backend memory, in the order of parameter_table<Net>().
  const float* gradients() const { return gradients_.data(); }
  /// The optimizer of all layers that have no rate of their own.
  O& optimizer() { return optimizers_.front(); }

 private:
  // A seed for each step, so that masks differ from step to step (an odd constant visits all 64-bit numbers).
  Seed step_seed() const { return {seed_.value + steps_ * 0x9E3779B97F4A7C15u}; }

  template <class Parameters>
  void pass(typename B::Context& context, std::size_t batch, const float* x, const float* target,
            const float* ahead, const Parameters& parameters) {
    const detail::Frame<B> frame{context,       batch,       x,           logits_.data(),
                                 arena_.data(), parameters_, parameters_, saved_.data(),
                                 step_seed(),   ahead};
    detail::forward<Logits, training_mode, B>(frame);
    B::template loss<L, outputs>(context, loss_, batch, logits_.data(), target, dlogits_.data(),
                                 losses_.data());
    detail::backward<Logits, B>(frame, {dlogits_.data(), gradient_arena_.data()}, parameters);
  }

  ParameterPointer<float> parameters_;
  L loss_;
  std::vector<O> optimizers_;                   // the first, then one for each further rate
  std::vector<std::size_t> optimizer_of_node_;  // which of them moves each node's parameters
  Seed seed_;
  std::uint64_t steps_ = 0;
  typename B::Buffer arena_, gradient_arena_, logits_, dlogits_;
  detail::LossesOfRows<B> losses_;
  typename B::Buffer saved_, node_gradients_, slots_;
  DenseAhead ahead_;                  // what the last step has computed of the batch after it
  typename B::Buffer outputs_ahead_;  // (capacity, units of the Dense ahead)
  typename B::Buffer gradients_{0};   // as soon as somebody wants to keep them
  typename B::Recordings recordings_;
};

}  // namespace graft
