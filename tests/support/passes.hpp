// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/backward.hpp>
#include <graft/model/network.hpp>
#include <graft/model/parameters.hpp>
#include <graft/model/prepare.hpp>

#include "support/values.hpp"

namespace graft::test {

/// Layers on an input. The Activation<Linear> in front copies the input, so that there is a gradient of it: a
/// step that reads the network's own input computes none.
template <Shape In, class... Layers>
using Net = detail::Bound<In, Sequential<Activation<Linear>, Layers...>>;

/// Memory of a backend, filled from the host and read back. All that a kernel has to write begins as NaN.
template <Backend B>
class Memory {
 public:
  Memory(typename B::Context& context, std::span<const float> values)
      : context_{context}, buffer_{values.size()} {
    B::upload(context, values, buffer_.data());
  }
  Memory(typename B::Context& context, std::size_t poisoned) : Memory{context, poison(poisoned)} {}

  float* data() { return buffer_.data(); }
  std::vector<float> read() {
    std::vector<float> values(buffer_.size());
    B::download(context_, buffer_.data(), values);
    return values;
  }

 private:
  typename B::Context& context_;
  typename B::Buffer buffer_;
};

/// The output of a network; in the frozen mode its parameters are prepared first.
template <LayeredNetwork N, Backend B, PlanMode Mode>
std::vector<float> forward_pass(std::size_t batch, std::span<const float> input,
                                std::span<const float> parameters, Seed dropout = {}, Threads threads = {2}) {
  typename B::Context context{threads};
  Memory<B> x{context, input}, y{context, batch * graph_of<N>.output_shape().size()};
  Memory<B> arena{context, batch * plan_of<N, Mode>.arena_size}, p{context, parameters};
  Memory<B> saved{context, plan_of<N, Mode>.saved_size};
  Memory<B> prepared{context, Mode.folded ? detail::prepared_total<N, B> : std::size_t{0}};
  if constexpr (Mode.folded) detail::prepare<N, B>(context, parameters, prepared.data());
  detail::Frame<B> frame{context,  batch,        x.data(),
                         y.data(), arena.data(), Mode.folded ? prepared.data() : p.data(),
                         p.data(), saved.data(), dropout};
  frame.originals = p.data();
  detail::forward<N, Mode, B>(frame);
  return y.read();
}

/// What one training step computes, on the host.
struct TrainingPass {
  std::vector<float> output, input_gradient;
  std::vector<float> gradients;   // in the order of parameter_table
  std::vector<float> parameters;  // after the pass: with new moving statistics
};

/// Forward in training mode, then backward from the gradient of the output. N is a Net<...>.
template <LayeredNetwork N, Backend B>
TrainingPass training_pass(std::size_t batch, std::span<const float> input, std::span<const float> parameters,
                           std::span<const float> output_gradient, Seed dropout = {}, Threads threads = {2}) {
  constexpr auto& plan = plan_of<N, training_mode>;
  typename B::Context context{threads};
  Memory<B> x{context, input}, y{context, batch * graph_of<N>.output_shape().size()};
  Memory<B> arena{context, batch * plan.arena_size}, gradient_arena{context, batch * plan.arena_size};
  Memory<B> p{context, parameters}, gradients{context, parameters.size()}, saved{context, plan.saved_size};
  Memory<B> dy{context, output_gradient};
  const detail::Frame<B> frame{context,  batch,    x.data(),     y.data(), arena.data(),
                               p.data(), p.data(), saved.data(), dropout};
  detail::forward<N, training_mode, B>(frame);
  TrainingPass pass;
  pass.output = y.read();
  detail::backward<N, B>(frame, {dy.data(), gradient_arena.data()},
                         detail::KeepGradients<B>{gradients.data()});

  // Node 1 is the copy of the input.
  constexpr Location at = plan.locations[1];
  static_assert(at.region != Region::input, "training_pass: expected a Net<...>");
  const std::vector<float> memory = at.region == Region::output ? dy.read() : gradient_arena.read();
  const std::size_t begin = (at.region == Region::output ? 0 : batch * at.offset) + at.channel;
  for (std::size_t pixel = 0; pixel < batch * at.layout.pixels(); ++pixel)
    for (std::size_t c = 0; c < at.layout.channels; ++c)
      pass.input_gradient.push_back(memory[begin + pixel * at.layout.pixel_stride + c]);
  pass.gradients = gradients.read();
  pass.parameters = p.read();
  return pass;
}

/// One parameter, or its gradient, out of all.
template <LayeredNetwork N>
std::vector<float> part(std::span<const float> values, const ParameterEntry& entry) {
  const auto span = values.subspan(entry.offset, entry.shape.size());
  return {span.begin(), span.end()};
}

}  // namespace graft::test
