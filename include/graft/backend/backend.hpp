// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/reference/normalization.hpp>
#include <graft/backend/reference/training.hpp>
#include <graft/backend/spec.hpp>
#include <graft/backend/thread_team.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/rescaling.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace graft {

namespace detail::probe {
// Small specifications on which the concept tries every primitive.
inline constexpr Conv2dSpec conv2d{contiguous({2, 2, 1}), contiguous({2, 2, 1}), {}};
inline constexpr DepthwiseSpec depthwise{contiguous({2, 2, 1}), contiguous({2, 2, 1}), {}};
inline constexpr Pool2dSpec pool2d{contiguous({2, 2, 1}), contiguous({2, 2, 1}), {}};
inline constexpr ElementwiseSpec same{contiguous({2, 2, 1}), contiguous({2, 2, 1})};
inline constexpr ElementwiseSpec global{contiguous({2, 2, 1}), contiguous({1})};
inline constexpr PadSpec pad{contiguous({2, 2, 1}), contiguous({3, 3, 1}), 1, 1};
inline constexpr MultiplySpec multiply{contiguous({2, 2, 1}), contiguous({1, 1, 1}), contiguous({2, 2, 1})};
inline constexpr DropoutRule fifth{20};
inline constexpr DenseSpec dense{2, 1};
struct Rule {
  static constexpr std::size_t slots = 0;
  template <class V>
  void operator()(V&, V, V*) const {}
};
struct Loss {
  static float value(const float*, const float*, std::size_t) { return 0.0f; }
  static float accuracy(const float*, const float*, std::size_t) { return 0.0f; }
  static void gradient(const float*, const float*, std::size_t, float, float*) {}
};
}  // namespace detail::probe

/// Memory of a backend. Pointers to it are opaque to everyone else: only the backend reads and writes through
/// them. A Buffer is zero at first.
template <class B>
concept BackendMemory = std::constructible_from<typename B::Context, Threads> &&
    std::constructible_from<typename B::Buffer, std::size_t> && std::movable<typename B::Buffer> &&
    std::constructible_from<typename B::Staging, std::size_t> &&
    requires(typename B::Context& context, typename B::Buffer& buffer, std::span<const float> host,
             std::span<float> result, const float* source, float* destination, std::size_t n,
             typename B::Recordings& recordings, const std::array<std::uintptr_t, 5>& key,
             typename B::Staging& staging) {
  { B::reads_host_memory } -> std::convertible_to<bool>;
  { buffer.data() } -> std::convertible_to<float*>;
  { buffer.size() } -> std::convertible_to<std::size_t>;
  B::upload(context, host, destination);
  B::download(context, source, result);
  staging.begin(context, host);
  { staging.use(context).data() } -> std::convertible_to<const float*>;
  B::fill_zero(context, destination, n);
  recordings.run(context, key, [] {});
  recordings.renew(context, key, [] {});
  B::split_batch(context, n, [](std::size_t, std::size_t, std::size_t) {});
  { B::slots(context) } -> std::convertible_to<std::size_t>;
  { B::images_per_slot(n) } -> std::convertible_to<std::size_t>;
};

/// What memory that is the backend's own has to offer besides: `room`, floats of it that may be taken for
/// what need not be there, and copies of the rows of a table in it. Their numbers are memory of the backend,
/// too: `row_numbers` says what they are as floats.
template <class B>
concept OwnMemory = BackendMemory<B> &&
    requires(typename B::Context& context, std::span<const std::size_t> rows, std::span<float> numbers,
             const float* memory, float* destination, std::size_t n) {
  { B::room(context) } -> std::convertible_to<std::size_t>;
  B::row_numbers(rows, numbers);
  B::gather_rows(context, n, memory, n, memory, destination);
};

/// The vocabulary that layers are computed with. A backend is an empty type with these static templates, each
/// on a complete compile-time specification; Reference has their contracts in words and in plain loops.
/// Forward primitives write y; backward primitives of values add to dx, those of parameters write dkernel and
/// dbias, or hand them straight to an optimizer's rule.
template <class B>
concept Backend = BackendMemory<B> && requires(typename B::Context& c, const float* x, float* y,
                                               BatchNormVectors v, Philox key, OptimizerSlots slots) {
  requires B::reads_host_memory || OwnMemory<B>;
  { B::name } -> std::convertible_to<std::string_view>;
  { B::template packed_size<detail::probe::conv2d> } -> std::convertible_to<std::size_t>;
  B::template pack_conv2d<detail::probe::conv2d>(c, std::span<const float>{}, y);
  B::template conv2d<detail::probe::conv2d, Relu>(c, 1, x, x, x, y);
  B::template conv2d_packed<detail::probe::conv2d, Relu>(c, 1, x, x, x, y);
  B::template conv2d_backward_kernel<detail::probe::conv2d>(c, 1, x, x, y, y);
  B::template conv2d_backward_input<detail::probe::conv2d>(c, 1, x, x, y);
  B::template depthwise_conv2d<detail::probe::depthwise, Relu6>(c, 1, x, x, x, y);
  B::template depthwise_conv2d_backward_kernel<detail::probe::depthwise>(c, 1, x, x, y, y);
  B::template depthwise_conv2d_backward_input<detail::probe::depthwise>(c, 1, x, x, y);
  B::template dense<detail::probe::dense, Relu>(c, 1, x, x, x, y);
  B::template dense_backward_kernel<detail::probe::dense>(c, 1, x, x, y, y);
  B::template dense_backward_input<detail::probe::dense>(c, 1, x, x, y);
  B::template dense_update<detail::probe::dense, Relu>(c, detail::probe::Rule{}, 1, x, x, y, slots, y, slots,
                                                       DenseAhead{});
  B::template pool2d<detail::probe::pool2d, Max>(c, 1, x, y);
  B::template pool2d_backward<detail::probe::pool2d, Average>(c, 1, x, x, x, y);
  B::template global_average_pool<detail::probe::global>(c, 1, x, y);
  B::template global_average_pool_backward<detail::probe::global>(c, 1, x, y);
  B::template zero_pad<detail::probe::pad>(c, 1, x, y);
  B::template zero_pad_backward<detail::probe::pad>(c, 1, x, y);
  B::template batch_norm<detail::probe::same>(c, 1, 1e-3, x, v, y);
  B::template batch_norm_backward<detail::probe::same>(c, 1, 1e-3, x, v, x, y, y, y);
  B::template batch_norm_training<detail::probe::same>(c, 1, 1e-3, 0.99, x, x, x, y, y, y, y);
  B::template batch_norm_training_backward<detail::probe::same>(c, 1, x, x, x, x, y, y, y);
  B::template activation<detail::probe::same, Softmax>(c, 1, x, y);
  B::template activation_backward<detail::probe::same, Relu>(c, 1, x, y);
  B::template scale_shift<detail::probe::same, Relu>(c, 1, x, x, x, y);
  B::template accumulate<detail::probe::same>(c, 1, x, y);
  B::template accumulate<detail::probe::same, Relu>(c, 1, x, y);
  B::template multiply<detail::probe::multiply>(c, 1, x, x, y);
  B::template multiply_backward<detail::probe::multiply>(c, 1, x, x, x, y, y);
  B::template rescale<detail::probe::same, Rescaling<std::ratio<1, 255>>>(c, 1, x, y);
  B::template rescale_backward<detail::probe::same, Rescaling<std::ratio<1, 255>>>(c, 1, x, y);
  B::template normalize<detail::probe::same>(c, 1, x, x, x, y);
  B::template normalize_backward<detail::probe::same>(c, 1, x, x, y);
  B::template dropout<detail::probe::same, detail::probe::fifth>(c, 1, key, x, y);
  B::template dropout_backward<detail::probe::same, detail::probe::fifth>(c, 1, key, x, y);
  B::template loss<detail::probe::Loss, 1>(c, detail::probe::Loss{}, 1, x, x, y, y);
  B::update(c, detail::probe::Rule{}, 1, y, x, slots);
};

}  // namespace graft
