// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/normalization.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/rescaling.hpp>
#include <graft/layers/reshape.hpp>
#include <graft/layers/separable_conv2d.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/execution.hpp>

namespace graft::detail {

/// What a step's kernel is compiled for. A layer of two stages slides its window in the first.
template <class Site>
inline constexpr Conv2dSpec conv2d_spec = [] {
  if constexpr (Site::has_inner)
    return Conv2dSpec{Site::inner, Site::output, Window{}};
  else
    return Conv2dSpec{Site::input, Site::output, Site::window};
}();
template <class Site>
inline constexpr DepthwiseSpec depthwise_spec{Site::input, Site::has_inner ? Site::inner : Site::output,
                                              Site::window};
template <class Site>
inline constexpr Pool2dSpec pool2d_spec{Site::input, Site::output, Site::window};
template <class Site>
inline constexpr MultiplySpec multiply_spec{Site::input, Site::factor.layout, Site::output};
template <class Site>
inline constexpr PadSpec pad_spec{Site::input, Site::output, Site::node.padding.top, Site::node.padding.left};

/// The vectors of a batch normalisation in its parameters, which lie in Keras' order.
template <class L>
BatchNormVectors batch_norm_vectors(const float* p, std::size_t channels) {
  return {L::scale ? p : nullptr, L::center ? p + L::beta_index * channels : nullptr,
          p + L::mean_index * channels, p + L::variance_index * channels};
}

/// Floats of the depthwise kernel before the kernel of a convolution.
template <class Site>
inline constexpr std::size_t first_stage_size = Site::has_inner ? depthwise_spec<Site>.kernel_size() : 0;

/// Whether a folded step reads its parameters where they were loaded: those of a Dense that nothing is folded
/// into have the form that kernels read, and are too many to be kept twice.
template <LayeredNetwork Net, Backend B, std::size_t I>
constexpr bool reads_originals() {
  using S = Site<Net, frozen_mode, I>;
  if constexpr (is_dense(S::node))
    return B::reads_host_memory && S::layer::use_bias && S::step.scale_shift == Step::none;
  else
    return false;
}

/// Floats of a step's parameters in the prepared form that folded execution reads: kernel, then bias, then
/// the depthwise kernel of a first stage; of a batch normalisation that no layer has taken up, scale, then
/// shift.
template <LayeredNetwork Net, Backend B, std::size_t I>
constexpr std::size_t prepared_size() {
  using S = Site<Net, frozen_mode, I>;
  if constexpr (reads_originals<Net, B, I>())
    return 0;
  else if constexpr (requires { typename S::layer::kernel_size; })
    return first_stage_size<S> + B::template packed_size<conv2d_spec<S>> + S::output.channels;
  else if constexpr (S::node.role == Role::linear)
    return S::node.parameter_size + (S::layer::use_bias ? 0 : S::output.channels);
  else if constexpr (S::node.role == Role::scale_shift)
    return 2 * S::output.channels;
  else
    return S::node.parameter_size;
}

template <LayeredNetwork Net, Backend B>
inline constexpr auto prepared_offsets = [] {
  constexpr std::size_t count = plan_of<Net, frozen_mode>.step_count;
  [[maybe_unused]] constexpr std::size_t align =
      16;  // a vector of weights should lie in one line of the cache
  std::array<std::size_t, count + 1> offsets{};
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((offsets[I + 1] = offsets[I] + (prepared_size<Net, B, I>() + align - 1) / align * align), ...);
  }
  (std::make_index_sequence<count>{});
  return offsets;
}();

/// A step in action. One overload of `compute` for each layer, written in the backend's vocabulary.
template <LayeredNetwork Net, PlanMode Mode, Backend B, std::size_t I>
struct ForwardStep : Site<Net, Mode, I> {
  using S = Site<Net, Mode, I>;
  using F = Frame<B>;
  static constexpr ElementwiseSpec elementwise{S::input, S::output};
  static constexpr bool is_ahead = Mode.training && S::step.node == node_ahead<Net>;

  static void run(const F& f) {
    compute(typename S::layer{}, f);
    if constexpr (S::keeps_sum)
      B::template activation<ElementwiseSpec{S::output, S::output}, typename S::activation>(
          f.context, f.batch, S::sum(f), S::y(f));
  }

  static const float* parameters(const F& f) {
    if constexpr (!Mode.folded)
      return f.parameters.at(S::node.parameter_offset);
    else if constexpr (reads_originals<Net, B, I>())
      return f.originals + S::node.parameter_offset;
    else
      return f.parameters.at(prepared_offsets<Net, B>[I]);
  }

  template <std::size_t Filters, class Kernel, class... Options>
  static void compute(Conv2D<Filters, Kernel, Options...>, const F& f) {
    convolve(f, S::x(f), parameters(f));
  }
  template <std::size_t Filters, class Kernel, class... Options>
  static void compute(SeparableConv2D<Filters, Kernel, Options...>, const F& f) {
    // Keras has the depthwise kernel first; prepared, it comes last, and the packed one at a good address.
    constexpr std::size_t second_stage = B::template packed_size<conv2d_spec<S>> + S::output.channels;
    const float* depthwise = parameters(f) + (Mode.folded ? second_stage : 0);
    float* inner = S::inner_at(f.batch, f.arena);
    B::template depthwise_conv2d<depthwise_spec<S>, Linear>(f.context, f.batch, S::x(f), depthwise, nullptr,
                                                            inner);
    convolve(f, inner, parameters(f) + (Mode.folded ? 0 : first_stage_size<S>));
  }
  // kernel and bias as the mode has them
  static void convolve(const F& f, const float* x, const float* kernel) {
    constexpr Conv2dSpec spec = conv2d_spec<S>;
    if constexpr (Mode.folded)
      B::template conv2d_packed<spec, typename S::activation>(
          f.context, f.batch, x, kernel, kernel + B::template packed_size<spec>, S::y(f));
    else
      B::template conv2d<spec, typename S::kernel_activation>(
          f.context, f.batch, x, kernel,
          S::layer::use_bias ? kernel + spec.patch_size() * spec.output.channels : nullptr, S::sum(f));
  }

  template <class Kernel, class... Options>
  static void compute(DepthwiseConv2D<Kernel, Options...> layer, const F& f) {
    constexpr DepthwiseSpec spec = depthwise_spec<S>;
    const float* kernel = parameters(f);
    B::template depthwise_conv2d<spec, typename S::kernel_activation>(
        f.context, f.batch, S::x(f), kernel,
        Mode.folded || layer.use_bias ? kernel + spec.kernel_size() : nullptr, S::sum(f));
  }

  template <std::size_t Units, class... Options>
  static void compute(Dense<Units, Options...> layer, const F& f) {
    constexpr DenseSpec spec{S::input.size(), Units};
    const float* kernel = parameters(f);
    const bool bias = Mode.folded || layer.use_bias;
    if constexpr (is_ahead)
      if (f.ahead != nullptr)
        return B::template activation<ElementwiseSpec{S::output, S::output}, Linear>(f.context, f.batch,
                                                                                     f.ahead, S::sum(f));
    B::template dense<spec, typename S::kernel_activation>(
        f.context, f.batch, S::x(f), kernel, bias ? kernel + spec.inputs * Units : nullptr, S::sum(f));
  }

  template <class... Options>
  static void compute(BatchNormalization<Options...> layer, const F& f) {
    constexpr std::size_t n = S::output.channels;
    using L = decltype(layer);
    const float* p = parameters(f);
    if constexpr (Mode.folded) {
      B::template scale_shift<elementwise, typename S::activation>(f.context, f.batch, S::x(f), p, p + n,
                                                                   S::y(f));
    } else if constexpr (Mode.training && !L::frozen_statistics) {
      const BatchNormVectors v = batch_norm_vectors<L>(p, n);
      float* moving = f.trained.at(S::node.parameter_offset);
      B::template batch_norm_training<elementwise>(
          f.context, f.batch, L::epsilon, L::momentum, S::x(f), v.gamma, v.beta, moving + L::mean_index * n,
          moving + L::variance_index * n, f.saved + S::plan.saved_offset[S::step.node], S::y(f));
    } else {
      B::template batch_norm<elementwise>(f.context, f.batch, L::epsilon, S::x(f),
                                          batch_norm_vectors<L>(p, n), S::y(f));
    }
  }

  template <class Rule, class Pool, class... Options>
  static void compute(Pooling2D<Rule, Pool, Options...>, const F& f) {
    B::template pool2d<pool2d_spec<S>, Rule>(f.context, f.batch, S::x(f), S::y(f));
  }

  static void compute(GlobalAveragePooling2D, const F& f) {
    B::template global_average_pool<elementwise>(f.context, f.batch, S::x(f), S::y(f));
  }

  static void compute(PaddingLayer, const F& f) {
    B::template zero_pad<pad_spec<S>>(f.context, f.batch, S::x(f), S::y(f));
  }

  template <class Function>
  static void compute(Activation<Function>, const F& f) {
    B::template activation<elementwise, Function>(f.context, f.batch, S::x(f), S::y(f));
  }

  template <class Scale, class Offset>
  static void compute(Rescaling<Scale, Offset> layer, const F& f) {
    B::template rescale<elementwise, decltype(layer)>(f.context, f.batch, S::x(f), S::y(f));
  }

  static void compute(Normalization, const F& f) {
    const float* mean = parameters(f);
    B::template normalize<elementwise>(f.context, f.batch, S::x(f), mean, mean + S::output.channels, S::y(f));
  }

  template <class... Branches>
  static void compute(Multiply<Branches...>, const F& f) {
    B::template multiply<multiply_spec<S>>(f.context, f.batch, S::x(f), factor(f), S::y(f));
  }
  static const float* factor(const F& f) {
    return address<const float*>(S::factor, f.batch, f.input, f.output, f.arena);
  }

  template <std::size_t Rate, class... Options>
  static void compute(Dropout<Rate, Options...> layer, const F& f) {
    B::template dropout<elementwise, decltype(layer)::rule>(f.context, f.batch, dropout_key(f), S::x(f),
                                                            S::y(f));
  }
  static Philox dropout_key(const F& f) {
    return {f.dropout.value, static_cast<std::uint32_t>(Stream::dropout),
            static_cast<std::uint32_t>(S::step.node)};
  }

  // What is only a copy: an input that is also the output, a branch that could not write into its slice, and
  // another shape for such a slice.
  static void compute(InputLayer, const F& f) { copy(f); }
  static void compute(Flatten, const F& f) { copy(f); }
  template <std::size_t... Extents>
  static void compute(Reshape<Extents...>, const F& f) {
    copy(f);
  }
  template <class... Branches>
  static void compute(Concatenate<Branches...>, const F& f) {
    copy(f);
  }
  template <class... Branches>
  static void compute(Add<Branches...>, const F& f) {
    if constexpr (S::step.accumulate)
      B::template accumulate<ElementwiseSpec{S::output, S::input}, typename S::activation>(f.context, f.batch,
                                                                                           S::x(f), S::y(f));
    else
      copy(f);
  }
  static constexpr ElementwiseSpec copy_spec{
      {S::input.height, S::input.width, S::input.channels, S::input.pixel_stride},
      S::input.pixels() == S::output.pixels()
          ? ImageLayout{S::input.height, S::input.width, S::input.channels, S::output.pixel_stride}
          : ImageLayout{S::input.height, S::input.width, S::input.channels, S::input.channels}};
  static void copy(const F& f) {
    B::template activation<copy_spec, Linear>(f.context, f.batch, S::x(f), S::y(f));
  }
};

/// The steps of a network, in their order. Each is called by its address: inlined, they would be compiled
/// once for every function that executes them.
template <LayeredNetwork Net, PlanMode Mode, Backend B>
inline constexpr auto forward_steps = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{&ForwardStep<Net, Mode, B, I>::run...};
}
(std::make_index_sequence<plan_of<Net, Mode>.step_count>{});

/// Executes a network on a batch.
template <LayeredNetwork Net, PlanMode Mode, Backend B>
void forward(const Frame<B>& frame) {
  for (const auto step : forward_steps<Net, Mode, B>) step(frame);
}

}  // namespace graft::detail
