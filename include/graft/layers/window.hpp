// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/layers/activations.hpp>

#include <cstddef>
#include <type_traits>

namespace graft {

/// Options of layers with a sliding window; the order in which they are written does not matter.
template <std::size_t Height, std::size_t Width = Height>
struct Kernel {
  static constexpr std::size_t height = Height, width = Width;
};
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Strides {
  static constexpr std::size_t vertical = Vertical, horizontal = Horizontal;
};
struct Same {
};  ///< Keras' padding='same': ceil(n / stride) outputs, the odd padding goes to the bottom and right
struct Valid {};  ///< Keras' padding='valid': only whole windows
struct NoBias {};

/// The geometry of one window over one image, all in pixels. Padding at the bottom and right follows from the
/// output size.
struct Window {
  std::size_t height = 1, width = 1;
  std::size_t stride_y = 1, stride_x = 1;
  std::size_t pad_top = 0, pad_left = 0;

  constexpr bool operator==(const Window&) const = default;
};

namespace detail {

template <class T>
struct IsStrides : std::false_type {};
template <std::size_t V, std::size_t H>
struct IsStrides<Strides<V, H>> : std::true_type {};

template <class T>
struct IsPadding : std::bool_constant<std::is_same_v<T, Same> || std::is_same_v<T, Valid>> {};

template <class T>
struct IsActivation : std::bool_constant<ActivationFunction<T>> {};

template <class T, class... Options>
inline constexpr bool has_option = (std::is_same_v<T, Options> || ...);

// The first option of a kind, or the default.
template <template <class> class IsKind, class Default, class... Options>
struct Option {
  using type = Default;
};
template <template <class> class IsKind, class Default, class First, class... Rest>
struct Option<IsKind, Default, First, Rest...>
    : std::conditional_t<IsKind<First>::value, std::type_identity<First>, Option<IsKind, Default, Rest...>> {
};

struct SlidAxis {
  std::size_t output, pad_before;
};

// keras_spec C: valid: floor((n - k) / s) + 1; same: ceil(n / s), total padding split with the larger half
// after.
constexpr SlidAxis slide(std::size_t n, std::size_t kernel, std::size_t stride, bool same) {
  if (!same) return {n < kernel ? 0 : (n - kernel) / stride + 1, 0};
  const std::size_t out = (n + stride - 1) / stride;
  const std::size_t covered = (out - 1) * stride + kernel;
  return {out, covered > n ? (covered - n) / 2 : 0};
}

/// What Conv2D and the pooling layers share: from the input's size to the window and the output's size.
template <class KernelSize, class Stride, class Padding>
struct Sliding {
  static constexpr bool same = std::is_same_v<Padding, Same>;
  static constexpr SlidAxis rows(Shape in) {
    return slide(in[0], KernelSize::height, Stride::vertical, same);
  }
  static constexpr SlidAxis columns(Shape in) {
    return slide(in[1], KernelSize::width, Stride::horizontal, same);
  }

  static constexpr bool fits(Shape in) {
    return in.rank == 3 && in.size() > 0 && rows(in).output > 0 && columns(in).output > 0;
  }
  static constexpr Shape output(Shape in, std::size_t channels) {
    return {rows(in).output, columns(in).output, channels};
  }
  static constexpr Window window(Shape in) {
    return {KernelSize::height, KernelSize::width,   Stride::vertical,
            Stride::horizontal, rows(in).pad_before, columns(in).pad_before};
  }
};

}  // namespace detail
}  // namespace graft
