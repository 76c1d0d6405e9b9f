// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/forward.hpp>

#include <cmath>
#include <vector>

namespace graft::detail {

/// What a batch normalisation with stored statistics does to each channel: x * scale + shift, in double, so
/// that folding rounds once.
template <class L>
void fold_vectors(const float* p, std::size_t channels, std::vector<double>& scale,
                  std::vector<double>& shift) {
  for (std::size_t c = 0; c < channels; ++c) {
    const double gamma = L::scale ? double{p[c]} : 1.0;
    const double beta = L::center ? double{p[L::beta_index * channels + c]} : 0.0;
    const double mean = double{p[L::mean_index * channels + c]};
    scale[c] = gamma / std::sqrt(double{p[L::variance_index * channels + c]} + L::epsilon);
    shift[c] = beta - mean * scale[c];
  }
}

/// Step I's parameters in the prepared form: batch normalisation folded into kernel and bias, the kernel
/// packed as the backend likes it.
template <LayeredNetwork Net, Backend B, std::size_t I>
void prepare_step(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  using S = Site<Net, frozen_mode, I>;
  constexpr std::size_t size = prepared_size<Net, B, I>();
  if constexpr (size > 0) {
    const float* own = parameters.data() + S::node.parameter_offset;
    float* destination = prepared + prepared_offsets<Net, B>[I];
    if constexpr (S::node.role == Role::linear) {
      constexpr std::size_t channels = S::output.channels;
      constexpr std::size_t kernel_size = S::node.parameter_size - (S::layer::use_bias ? channels : 0);
      std::vector<float> kernel(own, own + kernel_size), bias(channels);
      std::vector<double> scale(channels, 1.0), shift(channels, 0.0);
      if constexpr (S::step.scale_shift != Step::none) {
        constexpr std::size_t n = S::step.scale_shift;
        fold_vectors<type_at<n, node_types<Net>>>(parameters.data() + S::graph.nodes[n].parameter_offset,
                                                  channels, scale, shift);
      }
      for (std::size_t i = 0; i < kernel_size; ++i)
        kernel[i] = static_cast<float>(double{kernel[i]} * scale[i % channels]);
      for (std::size_t c = 0; c < channels; ++c)
        bias[c] = static_cast<float>(shift[c] +
                                     (S::layer::use_bias ? double{own[kernel_size + c]} * scale[c] : 0.0));
      if constexpr (requires { typename S::layer::kernel_size; })
        B::template pack_conv2d<conv2d_spec<typename S::layer>(S::input, S::output)>(context, kernel,
                                                                                     destination);
      else
        B::upload(context, kernel, destination);
      B::upload(context, bias, destination + (size - channels));
    } else {
      B::upload(context, {own, size}, destination);
    }
  }
}

/// Floats of a network's prepared parameters.
template <LayeredNetwork Net, Backend B>
inline constexpr std::size_t prepared_total = prepared_offsets<Net, B>.back();

template <LayeredNetwork Net, Backend B>
void prepare(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  for_each_step<plan_of<Net, frozen_mode>.step_count>(
      [&]<std::size_t I>() { prepare_step<Net, B, I>(context, parameters, prepared); });
}

}  // namespace graft::detail
