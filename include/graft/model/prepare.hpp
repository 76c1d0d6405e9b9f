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

  ScaleShift(std::size_t channels, BatchNormVectors v, double epsilon) : ScaleShift{channels} {
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

/// Step I's parameters in the prepared form: batch normalisation folded into kernel and bias, the kernel
/// packed as the backend likes it; or the two vectors of a batch normalisation itself.
template <LayeredNetwork Net, Backend B, std::size_t I>
void prepare_step(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  using S = Site<Net, frozen_mode, I>;
  constexpr std::size_t size = prepared_size<Net, B, I>();
  if constexpr (size > 0) {
    const std::span<const float> own = parameters.subspan(S::node.parameter_offset, S::node.parameter_size);
    float* destination = prepared + prepared_offsets<Net, B>[I];
    if constexpr (S::node.role == Role::linear) {
      constexpr std::size_t channels = S::output.channels;
      constexpr std::size_t before = first_stage_size<S>;
      constexpr std::size_t kernel_size =
          S::node.parameter_size - before - (S::layer::use_bias ? channels : 0);
      const auto write = [&](std::span<const float> kernel, std::span<const float> bias) {
        if constexpr (requires { typename S::layer::kernel_size; })
          B::template pack_conv2d<conv2d_spec<S>>(context, kernel, destination + before);
        else
          B::upload(context, kernel, destination);
        if constexpr (before > 0) B::upload(context, own.first(before), destination);
        B::upload(context, bias, destination + (size - channels));
      };
      const std::span<const float> kernel = own.subspan(before, kernel_size);
      if constexpr (S::step.scale_shift == Step::none && S::layer::use_bias) {
        write(kernel, own.last(channels));
      } else {
        const auto folded = fold(kernel, S::layer::use_bias ? &own[before + kernel_size] : nullptr,
                                 scale_shift_of<Net, S::step.scale_shift>(parameters, channels));
        write(folded.first, folded.second);
      }
    } else if constexpr (S::node.role == Role::scale_shift) {
      constexpr std::size_t channels = S::output.channels;
      const ScaleShift by = scale_shift_of<Net, S::step.node>(parameters, channels);
      std::vector<float> vectors(size);  // scale, then shift
      for (std::size_t c = 0; c < channels; ++c) {
        vectors[c] = static_cast<float>(by.scale[c]);
        vectors[channels + c] = static_cast<float>(by.shift[c]);
      }
      B::upload(context, vectors, destination);
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
