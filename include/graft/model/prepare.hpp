// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/forward.hpp>

#include <cmath>
#include <vector>

namespace graft::detail {

/// What a batch normalisation with stored statistics does to each channel: x * scale + shift, in double, so
/// that folding rounds once.
struct ScaleShift {
  std::vector<double> scale, shift;

  explicit ScaleShift(std::size_t channels) : scale(channels, 1.0), shift(channels, 0.0) {}

  __attribute__((noinline)) ScaleShift(std::size_t channels, BatchNormVectors v, double epsilon)
      : ScaleShift{channels} {
    for (std::size_t c = 0; c < channels; ++c) {
      scale[c] = (v.gamma == nullptr ? 1.0 : double{v.gamma[c]}) / std::sqrt(double{v.variance[c]} + epsilon);
      shift[c] = (v.beta == nullptr ? 0.0 : double{v.beta[c]}) - double{v.mean[c]} * scale[c];
    }
  }
};

/// kernel (…, channels) and bias (channels) with what follows them folded in; a null bias is zero.
inline std::pair<std::vector<float>, std::vector<float>> fold(std::span<const float> kernel,
                                                              const float* bias, const ScaleShift& by) {
  const std::size_t channels = by.scale.size();
  std::vector<float> folded(kernel.size()), folded_bias(channels);
  for (std::size_t i = 0; i < kernel.size(); ++i)
    folded[i] = static_cast<float>(double{kernel[i]} * by.scale[i % channels]);
  for (std::size_t c = 0; c < channels; ++c)
    folded_bias[c] =
        static_cast<float>(by.shift[c] + (bias == nullptr ? 0.0 : double{bias[c]} * by.scale[c]));
  return {std::move(folded), std::move(folded_bias)};
}

template <LayeredNetwork Net, std::size_t Node>
ScaleShift scale_shift_of(std::span<const float> parameters, std::size_t channels) {
  if constexpr (Node == Step::none)
    return ScaleShift{channels};
  else
    return ScaleShift{channels,
                      batch_norm_vectors<type_at<Node, node_types<Net>>>(
                          parameters.data() + graph_of<Net>.nodes[Node].parameter_offset, channels),
                      type_at<Node, node_types<Net>>::epsilon};
}

/// A step with a kernel, as what prepares it sees it: nothing of its type, so that it is compiled once.
struct LinearStep {
  std::span<const float> parameters;  ///< what a first stage has, the kernel, the bias
  std::size_t before;                 ///< floats of the first stage, which are taken as they are
  std::size_t channels;
  bool use_bias;
  bool followed;         ///< by a batch normalisation that is folded in
  std::size_t prepared;  ///< floats of the prepared form, whose last are the bias
};

/// How a backend packs the kernel of a step.
template <Backend B>
using PackKernel = void (*)(typename B::Context&, std::span<const float> kernel, float* packed);

template <Backend B>
__attribute__((noinline)) void prepare_linear(typename B::Context& context, const LinearStep& step,
                                              const ScaleShift& by, PackKernel<B> pack, float* destination) {
  const auto write = [&](std::span<const float> kernel, std::span<const float> bias) {
    pack(context, kernel, destination + step.before);
    if (step.before > 0) B::upload(context, step.parameters.first(step.before), destination);
    B::upload(context, bias, destination + (step.prepared - step.channels));
  };
  const std::size_t kernel_size = step.parameters.size() - step.before - (step.use_bias ? step.channels : 0);
  const std::span<const float> kernel = step.parameters.subspan(step.before, kernel_size),
                               bias = step.parameters.subspan(step.before + kernel_size);
  if (!step.followed && step.use_bias) {
    write(kernel, bias);
  } else {
    const auto folded = fold(kernel, step.use_bias ? bias.data() : nullptr, by);
    write(folded.first, folded.second);
  }
}

/// The two vectors of a batch normalisation itself.
template <Backend B>
__attribute__((noinline)) void prepare_scale_shift(typename B::Context& context, const ScaleShift& by,
                                                   float* destination) {
  std::vector<float> vectors;  // scale, then shift
  for (const std::vector<double>* from : {&by.scale, &by.shift})
    for (const double value : *from) vectors.push_back(static_cast<float>(value));
  B::upload(context, vectors, destination);
}

/// Step I's parameters in the prepared form: batch normalisation folded into kernel and bias, the kernel
/// packed as the backend likes it; or the two vectors of a batch normalisation itself.
template <LayeredNetwork Net, Backend B, std::size_t I>
void prepare_step(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  using S = Site<Net, frozen_mode, I>;
  constexpr std::size_t size = prepared_size<Net, B, I>(), channels = S::output.channels;
  if constexpr (size > 0) {
    const std::span<const float> own = parameters.subspan(S::node.parameter_offset, S::node.parameter_size);
    float* destination = prepared + prepared_offsets<Net, B>[I];
    if constexpr (S::node.role == Role::linear) {
      PackKernel<B> pack = B::upload;
      if constexpr (requires { typename S::layer::kernel_size; })
        pack = B::template pack_conv2d<conv2d_spec<S>>;
      prepare_linear<B>(
          context,
          {own, first_stage_size<S>, channels, S::layer::use_bias, S::step.scale_shift != Step::none, size},
          scale_shift_of<Net, S::step.scale_shift>(parameters, channels), pack, destination);
    } else if constexpr (S::node.role == Role::scale_shift) {
      prepare_scale_shift<B>(context, scale_shift_of<Net, S::step.node>(parameters, channels), destination);
    } else {
      B::upload(context, own, destination);
    }
  }
}

/// Floats of a network's prepared parameters.
template <LayeredNetwork Net, Backend B>
inline constexpr std::size_t prepared_total = prepared_offsets<Net, B>.back();

template <LayeredNetwork Net, Backend B>
void prepare(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  for_each_index<plan_of<Net, frozen_mode>.step_count>(
      [&]<std::size_t I>() { prepare_step<Net, B, I>(context, parameters, prepared); });
}

}  // namespace graft::detail
