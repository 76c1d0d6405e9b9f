// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/forward.hpp>
#include <graft/model/parameter_gradients.hpp>

namespace graft::detail {

/// The derivative of a step. One overload of `differentiate` for each layer: it adds the gradient of its
/// input to dx, unless that is the input of the network, and hands over the gradients of its parameters (to a
/// KeepGradients or an UpdateParameters). An update comes last, for dx depends on the parameters before it.
template <LayeredNetwork Net, Backend B, std::size_t I, class Parameters>
struct BackwardStep : ForwardStep<Net, training_mode, B, I> {
  using S = Site<Net, training_mode, I>;
  using Forward = ForwardStep<Net, training_mode, B, I>;
  using F = Frame<B>;
  static constexpr bool wants_dx = !S::reads_network_input;

  static float* dx(const F& f, const GradientFrame& g) {
    return address<float*>(S::from, f.batch, nullptr, g.output, g.arena);
  }
  static float* dy(const F& f, const GradientFrame& g) {
    return address<float*>(S::to, f.batch, nullptr, g.output, g.arena);
  }

  static void run(const F& f, const GradientFrame& g, const Parameters& parameters) {
    using Act = typename S::layer::activation;
    if constexpr (S::node.role == Role::activation && derivative_of_input<Act>)
      B::template activation_backward<Forward::elementwise, Act>(f.context, f.batch, S::x(f), dy(f, g));
    else if constexpr (!std::is_same_v<Act, Linear>)
      B::template activation_backward<ElementwiseSpec{S::output, S::output}, Act>(
          f.context, f.batch, S::keeps_sum ? S::sum(f) : S::y(f), dy(f, g));
    if constexpr (S::node.trainable_size > 0)
      differentiate(typename S::layer{}, f, g, parameters);
    else if constexpr (wants_dx || S::step.factor != Step::none)
      differentiate(typename S::layer{}, f, g);
  }

  template <std::size_t Filters, class Kernel, class... Options>
  static void differentiate(Conv2D<Filters, Kernel, Options...> layer, const F& f, const GradientFrame& g,
                            const Parameters& parameters) {
    constexpr Conv2dSpec spec = conv2d_spec<S>;
    if constexpr (wants_dx)
      B::template conv2d_backward_input<spec>(f.context, f.batch, Forward::parameters(f), dy(f, g), dx(f, g));
    float* dkernel = parameters.begin(S::node);
    B::template conv2d_backward_kernel<spec>(
        f.context, f.batch, S::x(f), dy(f, g), dkernel,
        layer.use_bias ? dkernel + spec.patch_size() * Filters : nullptr);
    parameters.end(f.context, S::node);
  }

  template <std::size_t Filters, class Kernel, class... Options>
  static void differentiate(SeparableConv2D<Filters, Kernel, Options...> layer, const F& f,
                            const GradientFrame& g, const Parameters& parameters) {
    constexpr DepthwiseSpec first = depthwise_spec<S>;
    constexpr Conv2dSpec second = conv2d_spec<S>;
    constexpr std::size_t kernel_at = first.kernel_size(),
                          bias_at = kernel_at + second.patch_size() * Filters;
    const float *p = Forward::parameters(f), *inner = S::inner_at(f.batch, f.arena);
    float* dinner = S::inner_at(f.batch, g.arena);
    B::template conv2d_backward_input<second>(f.context, f.batch, p + kernel_at, dy(f, g), dinner);
    if constexpr (wants_dx)
      B::template depthwise_conv2d_backward_input<first>(f.context, f.batch, p, dinner, dx(f, g));
    float* dp = parameters.begin(S::node);
    B::template depthwise_conv2d_backward_kernel<first>(f.context, f.batch, S::x(f), dinner, dp, nullptr);
    B::template conv2d_backward_kernel<second>(f.context, f.batch, inner, dy(f, g), dp + kernel_at,
                                               layer.use_bias ? dp + bias_at : nullptr);
    parameters.end(f.context, S::node);
  }

  template <class Kernel, class... Options>
  static void differentiate(DepthwiseConv2D<Kernel, Options...> layer, const F& f, const GradientFrame& g,
                            const Parameters& parameters) {
    constexpr DepthwiseSpec spec = depthwise_spec<S>;
    if constexpr (wants_dx)
      B::template depthwise_conv2d_backward_input<spec>(f.context, f.batch, Forward::parameters(f), dy(f, g),
                                                        dx(f, g));
    float* dkernel = parameters.begin(S::node);
    B::template depthwise_conv2d_backward_kernel<spec>(
        f.context, f.batch, S::x(f), dy(f, g), dkernel,
        layer.use_bias ? dkernel + spec.kernel_size() : nullptr);
    parameters.end(f.context, S::node);
  }

  template <std::size_t Units, class... Options>
  static void differentiate(Dense<Units, Options...> layer, const F& f, const GradientFrame& g,
                            const Parameters& parameters) {
    constexpr DenseSpec spec{S::input.size(), Units};
    if constexpr (wants_dx)
      B::template dense_backward_input<spec>(f.context, f.batch, Forward::parameters(f), dy(f, g), dx(f, g));
    parameters.template dense<spec, typename S::kernel_activation, Forward::is_ahead>(
        f.context, S::node, layer.use_bias, f.batch, S::x(f), dy(f, g));
  }

  template <class... Options>
  static void differentiate(BatchNormalization<Options...> layer, const F& f, const GradientFrame& g,
                            const Parameters& parameters) {
    using L = decltype(layer);
    float* gradients = parameters.begin(S::node);
    differentiate_normalization<L>(f, g, L::scale ? gradients : nullptr,
                                   L::center ? gradients + L::beta_index * S::output.channels : nullptr);
    parameters.end(f.context, S::node);
  }
  template <class... Options>
  static void differentiate(BatchNormalization<Options...> layer, const F& f, const GradientFrame& g) {
    differentiate_normalization<decltype(layer)>(f, g, nullptr, nullptr);
  }
  template <class L>
  static void differentiate_normalization(const F& f, const GradientFrame& g, float* dgamma, float* dbeta) {
    float* const down = wants_dx ? dx(f, g) : nullptr;
    const BatchNormVectors v = batch_norm_vectors<L>(Forward::parameters(f), S::output.channels);
    if constexpr (L::frozen_statistics)
      B::template batch_norm_backward<Forward::elementwise>(f.context, f.batch, L::epsilon, S::x(f), v,
                                                            dy(f, g), dgamma, dbeta, down);
    else
      B::template batch_norm_training_backward<Forward::elementwise>(
          f.context, f.batch, S::x(f), v.gamma, f.saved + S::plan.saved_offset[S::step.node], dy(f, g),
          dgamma, dbeta, down);
  }

  template <class Rule, class Pool, class... Options>
  static void differentiate(Pooling2D<Rule, Pool, Options...>, const F& f, const GradientFrame& g) {
    B::template pool2d_backward<pool2d_spec<S>, Rule>(f.context, f.batch, S::x(f), S::y(f), dy(f, g),
                                                      dx(f, g));
  }

  static void differentiate(GlobalAveragePooling2D, const F& f, const GradientFrame& g) {
    B::template global_average_pool_backward<Forward::elementwise>(f.context, f.batch, dy(f, g), dx(f, g));
  }

  static void differentiate(PaddingLayer, const F& f, const GradientFrame& g) {
    B::template zero_pad_backward<pad_spec<S>>(f.context, f.batch, dy(f, g), dx(f, g));
  }

  template <class Function>
  static void differentiate(Activation<Function>, const F& f, const GradientFrame& g) {
    B::template accumulate<Forward::elementwise>(f.context, f.batch, dy(f, g), dx(f, g));
  }

  template <class Scale, class Offset>
  static void differentiate(Rescaling<Scale, Offset> layer, const F& f, const GradientFrame& g) {
    B::template rescale_backward<Forward::elementwise, decltype(layer)>(f.context, f.batch, dy(f, g),
                                                                        dx(f, g));
  }

  static void differentiate(Normalization, const F& f, const GradientFrame& g) {
    B::template normalize_backward<Forward::elementwise>(
        f.context, f.batch, Forward::parameters(f) + S::output.channels, dy(f, g), dx(f, g));
  }

  template <class... Branches>
  static void differentiate(Multiply<Branches...>, const F& f, const GradientFrame& g) {
    constexpr bool wants_dfactor = S::factor.region != Region::input;
    B::template multiply_backward<multiply_spec<S>>(
        f.context, f.batch, S::x(f), Forward::factor(f), dy(f, g), wants_dx ? dx(f, g) : nullptr,
        wants_dfactor ? address<float*>(S::factor, f.batch, nullptr, g.output, g.arena) : nullptr);
  }

  template <std::size_t Rate, class... Options>
  static void differentiate(Dropout<Rate, Options...> layer, const F& f, const GradientFrame& g) {
    B::template dropout_backward<Forward::elementwise, decltype(layer)::rule>(
        f.context, f.batch, Forward::dropout_key(f), dy(f, g), dx(f, g));
  }

  static void differentiate(Flatten, const F& f, const GradientFrame& g) { copy(f, g); }
  template <std::size_t... Extents>
  static void differentiate(Reshape<Extents...>, const F& f, const GradientFrame& g) {
    copy(f, g);
  }
  template <class... Branches>
  static void differentiate(Concatenate<Branches...>, const F& f, const GradientFrame& g) {
    copy(f, g);
  }
  template <class... Branches>
  static void differentiate(Add<Branches...>, const F& f, const GradientFrame& g) {
    copy(f, g);
  }
  static void copy(const F& f, const GradientFrame& g) {
    B::template accumulate<Forward::copy_spec>(f.context, f.batch, dy(f, g), dx(f, g));
  }
};

/// The derivatives of a network's steps, the last step's first.
template <LayeredNetwork Net, Backend B, class Parameters>
inline constexpr auto backward_steps = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{&BackwardStep<Net, B, sizeof...(I) - 1 - I, Parameters>::run...};
}
(std::make_index_sequence<plan_of<Net, training_mode>.step_count>{});

/// Gradients of all parameters of a network from the gradient of its output, handed to `parameters`. The
/// frame is the one of the forward pass in training mode, untouched since; g.arena is overwritten.
template <LayeredNetwork Net, Backend B, class Parameters>
void backward(const Frame<B>& frame, const GradientFrame& g, const Parameters& parameters) {
  B::fill_zero(frame.context, g.arena, frame.batch * plan_of<Net, training_mode>.arena_size);
  for (const auto step : backward_steps<Net, B, Parameters>) step(frame, g, parameters);
}

}  // namespace graft::detail
