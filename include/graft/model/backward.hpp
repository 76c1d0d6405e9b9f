// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/forward.hpp>

namespace graft::detail {

/// The derivative of a step. One overload of `differentiate` for each layer: it adds the gradient of its
/// input to dx, unless that is the input of the network, and writes the gradients of its parameters.
template <LayeredNetwork Net, Backend B, std::size_t I>
struct BackwardStep : ForwardStep<Net, training_mode, B, I> {
  using S = Site<Net, training_mode, I>;
  using Forward = ForwardStep<Net, training_mode, B, I>;
  using F = Frame<B>;
  static constexpr bool wants_dx = !S::reads_network_input;

  static float* dx(const F& f, const GradientFrame& g) {
    return S::template at<float*>(S::from, f.batch, nullptr, g.output, g.arena);
  }
  static float* dy(const F& f, const GradientFrame& g) {
    return S::template at<float*>(S::to, f.batch, nullptr, g.output, g.arena);
  }
  static float* gradient(const GradientFrame& g) { return g.parameters + S::node.parameter_offset; }

  static void run(const F& f, const GradientFrame& g) {
    using Act = typename S::layer::activation;
    if constexpr (!std::is_same_v<Act, Linear>)
      B::template activation_backward<S::output, Act>(f.context, f.batch, S::y(f), dy(f, g));
    differentiate(typename S::layer{}, f, g);
  }

  template <std::size_t Filters, class Kernel, class... Options>
  static void differentiate(Conv2D<Filters, Kernel, Options...> layer, const F& f, const GradientFrame& g) {
    constexpr Conv2dSpec spec = conv2d_spec<decltype(layer)>(S::input, S::output);
    float* dbias = layer.use_bias ? gradient(g) + spec.patch_size() * Filters : nullptr;
    B::template conv2d_backward_kernel<spec>(f.context, f.batch, S::x(f), dy(f, g), gradient(g), dbias);
    if constexpr (wants_dx)
      B::template conv2d_backward_input<spec>(f.context, f.batch, Forward::parameters(f), dy(f, g), dx(f, g));
  }

  template <std::size_t Units, class... Options>
  static void differentiate(Dense<Units, Options...> layer, const F& f, const GradientFrame& g) {
    constexpr DenseSpec spec{S::input.size(), Units};
    float* dbias = layer.use_bias ? gradient(g) + spec.inputs * Units : nullptr;
    B::template dense_backward_kernel<spec>(f.context, f.batch, S::x(f), dy(f, g), gradient(g), dbias);
    if constexpr (wants_dx)
      B::template dense_backward_input<spec>(f.context, f.batch, Forward::parameters(f), dy(f, g), dx(f, g));
  }

  template <class... Options>
  static void differentiate(BatchNormalization<Options...> layer, const F& f, const GradientFrame& g) {
    constexpr std::size_t n = S::output.channels;
    using L = decltype(layer);
    const float* gamma = L::scale ? Forward::parameters(f) : nullptr;
    float* dgamma = L::scale ? gradient(g) : nullptr;
    float* dbeta = L::center ? gradient(g) + L::beta_index * n : nullptr;
    B::template batch_norm_training_backward<Forward::elementwise>(
        f.context, f.batch, S::x(f), gamma, f.saved + S::plan.saved_offset[S::step.node], dy(f, g), dgamma,
        dbeta, wants_dx ? dx(f, g) : nullptr);
  }

  template <class Rule, class Pool, class... Options>
  static void differentiate(Pooling2D<Rule, Pool, Options...>, const F& f, const GradientFrame& g) {
    constexpr Pool2dSpec spec{S::input, S::output, S::layer::window(S::node.input)};
    if constexpr (wants_dx)
      B::template pool2d_backward<spec, Rule>(f.context, f.batch, S::x(f), S::y(f), dy(f, g), dx(f, g));
  }

  static void differentiate(GlobalAveragePooling2D, const F& f, const GradientFrame& g) {
    if constexpr (wants_dx)
      B::template global_average_pool_backward<Forward::elementwise>(f.context, f.batch, dy(f, g), dx(f, g));
  }

  template <std::size_t Top, std::size_t Bottom, std::size_t Left, std::size_t Right>
  static void differentiate(ZeroPadding2D<Top, Bottom, Left, Right>, const F& f, const GradientFrame& g) {
    if constexpr (wants_dx)
      B::template zero_pad_backward<PadSpec{S::input, S::output, Top, Left}>(f.context, f.batch, dy(f, g),
                                                                             dx(f, g));
  }

  template <class Function>
  static void differentiate(Activation<Function>, const F& f, const GradientFrame& g) {
    if constexpr (wants_dx)
      B::template accumulate<Forward::elementwise>(f.context, f.batch, dy(f, g), dx(f, g));
  }

  template <std::size_t Percent>
  static void differentiate(Dropout<Percent>, const F& f, const GradientFrame& g) {
    if constexpr (wants_dx)
      B::template dropout_backward<Forward::elementwise, Percent>(f.context, f.batch, Forward::dropout_key(f),
                                                                  dy(f, g), dx(f, g));
  }

  static void differentiate(InputLayer, const F&, const GradientFrame&) {}
  static void differentiate(Flatten, const F& f, const GradientFrame& g) { copy(f, g); }
  template <class... Branches>
  static void differentiate(Concatenate<Branches...>, const F& f, const GradientFrame& g) {
    copy(f, g);
  }
  static void copy(const F& f, const GradientFrame& g) {
    if constexpr (wants_dx)
      B::template accumulate<Forward::copy_spec>(f.context, f.batch, dy(f, g), dx(f, g));
  }
};

/// Gradients of all parameters of a network from the gradient of its output. The frame is the one of the
/// forward pass in training mode, untouched since; g.arena is overwritten.
template <LayeredNetwork Net, Backend B>
void backward(const Frame<B>& frame, const GradientFrame& g) {
  B::fill_zero(frame.context, g.arena, frame.batch * plan_of<Net, training_mode>.arena_size);
  constexpr std::size_t count = plan_of<Net, training_mode>.step_count;
  for_each_index<count>([&]<std::size_t I>() { BackwardStep<Net, B, count - 1 - I>::run(frame, g); });
}

}  // namespace graft::detail
