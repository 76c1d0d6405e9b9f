// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/forward.hpp>

#include <array>
#include <cmath>
#include <span>
#include <utility>
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

/// Reads it in the parameters of batch normalisation L.
template <class L>
ScaleShift read_scale_shift(const float* parameters, std::size_t channels) {
  return {channels, batch_norm_vectors<L>(parameters, channels), L::epsilon};
}

/// The batch normalisation at a node, or none, as data.
struct StoredNormalization {
  std::size_t offset = 0;  ///< of its parameters in the network's
  ScaleShift (*read)(const float* parameters, std::size_t channels) = nullptr;  ///< null: there is none

  explicit operator bool() const { return read != nullptr; }
  ScaleShift operator()(std::span<const float> network_parameters, std::size_t channels) const {
    return *this ? read(network_parameters.data() + offset, channels) : ScaleShift{channels};
  }
};

template <LayeredNetwork Net, std::size_t Node>
constexpr StoredNormalization normalization_at() {
  if constexpr (Node == Step::none)
    return {};
  else
    return {graph_of<Net>.nodes[Node].parameter_offset, &read_scale_shift<type_at<Node, node_types<Net>>>};
}

/// How a backend packs the kernel of a step.
template <Backend B>
using PackKernel = void (*)(typename B::Context&, std::span<const float> kernel, float* packed);

/// How a step's parameters take their prepared form: nothing of its type, so that one function prepares all.
template <Backend B>
struct Preparation {
  Role role;
  std::size_t offset, size;                    ///< where the parameters were loaded to
  std::size_t prepared_offset, prepared_size;  ///< where they go
  std::size_t before;                          ///< floats of a first stage, taken as they are
  std::size_t channels;                        ///< of the output
  bool use_bias;
  StoredNormalization normalization;  ///< the one that is folded in, or the step itself
  PackKernel<B> pack;
};

template <LayeredNetwork Net, Backend B, std::size_t I>
constexpr Preparation<B> preparation_of() {
  using S = Site<Net, frozen_mode, I>;
  constexpr std::size_t normalization =
      S::node.role == Role::scale_shift ? S::step.node : S::step.scale_shift;
  Preparation<B> step{S::node.role,
                      S::node.parameter_offset,
                      S::node.parameter_size,
                      prepared_offsets<Net, B>[I],
                      prepared_size<Net, B, I>(),
                      first_stage_size<S>,
                      S::output.channels,
                      false,
                      normalization_at<Net, normalization>(),
                      B::upload};
  if constexpr (S::node.role == Role::linear) step.use_bias = S::layer::use_bias;
  if constexpr (requires { typename S::layer::kernel_size; })
    step.pack = B::template pack_conv2d<conv2d_spec<S>>;
  return step;
}

/// The kernel of a step, packed as the backend likes it, and its bias, with a batch normalisation folded in.
template <Backend B>
void prepare_linear(typename B::Context& context, const Preparation<B>& step,
                    std::span<const float> parameters, const ScaleShift& by, float* destination) {
  const auto write = [&](std::span<const float> kernel, std::span<const float> bias) {
    const std::size_t first_stage = step.prepared_size - step.before;
    step.pack(context, kernel, destination);
    B::upload(context, bias, destination + (first_stage - step.channels));
    if (step.before > 0) B::upload(context, parameters.first(step.before), destination + first_stage);
  };
  const std::size_t kernel_size = parameters.size() - step.before - (step.use_bias ? step.channels : 0);
  const std::span<const float> kernel = parameters.subspan(step.before, kernel_size),
                               bias = parameters.subspan(step.before + kernel_size);
  if (!step.normalization && step.use_bias) {
    write(kernel, bias);
  } else {
    const auto folded = fold(kernel, step.use_bias ? bias.data() : nullptr, by);
    write(folded.first, folded.second);
  }
}

/// The two vectors of a batch normalisation itself.
template <Backend B>
void prepare_scale_shift(typename B::Context& context, const ScaleShift& by, float* destination) {
  std::vector<float> vectors;  // scale, then shift
  for (const std::vector<double>* from : {&by.scale, &by.shift})
    for (const double value : *from) vectors.push_back(static_cast<float>(value));
  B::upload(context, vectors, destination);
}

/// A network's parameters in the form that folded execution reads.
template <Backend B>
void prepare(typename B::Context& context, std::span<const Preparation<B>> steps,
             std::span<const float> parameters, float* prepared) {
  for (const Preparation<B>& step : steps) {
    if (step.prepared_size == 0) continue;
    const std::span<const float> own = parameters.subspan(step.offset, step.size);
    float* destination = prepared + step.prepared_offset;
    if (step.role == Role::linear)
      prepare_linear<B>(context, step, own, step.normalization(parameters, step.channels), destination);
    else if (step.role == Role::scale_shift)
      prepare_scale_shift<B>(context, step.normalization(parameters, step.channels), destination);
    else
      B::upload(context, own, destination);
  }
}

/// Floats of a network's prepared parameters.
template <LayeredNetwork Net, Backend B>
inline constexpr std::size_t prepared_total = prepared_offsets<Net, B>.back();

template <LayeredNetwork Net, Backend B>
void prepare(typename B::Context& context, std::span<const float> parameters, float* prepared) {
  static constexpr auto steps = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Preparation<B>, sizeof...(I)>{preparation_of<Net, B, I>()...};
  }
  (std::make_index_sequence<plan_of<Net, frozen_mode>.step_count>{});
  prepare<B>(context, std::span<const Preparation<B>>{steps}, parameters, prepared);
}

}  // namespace graft::detail
