// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/tile.hpp>

namespace graft::detail::simd {

/// One axis of Winograd's minimal filtering F(Outputs, Taps): so many neighbouring outputs of a filter from
/// `size` inputs d by `size` products, y = A [(G g) * (B d)]. It is Toom and Cook's multiplication of
/// polynomials, transposed, on the points 0, +-p for each of `points`, and infinity if `size` is even. Pairs
/// of points share their sums over even and over odd terms. Source: Lavin and Gray, arXiv:1509.09308.
template <std::size_t Outputs, std::size_t Taps>
struct WinogradAxis {
  static constexpr std::size_t outputs = Outputs, taps = Taps, size = Outputs + Taps - 1;
  static constexpr std::size_t pairs = (size - 1) / 2;
  static constexpr bool infinity = size % 2 == 0;

  /// Chosen for small rounding errors, by trying some fractions up to 4 on random numbers.
  static constexpr std::array<double, 4> points = pairs == 1   ? std::array{1.0, 0.0, 0.0, 0.0}
                                                  : pairs == 2 ? std::array{0.75, 1.5, 0.0, 0.0}
                                                  : pairs == 3 ? std::array{0.5, 1.0, 2.0, 0.0}
                                                               : std::array{0.375, 0.75, 1.25, 2.5};
  static_assert(pairs <= points.size());

  /// Row p of G: what product p multiplies; p in the order 0, +p, -p, ..., infinity.
  static constexpr std::array<double, Taps> kernel_row(std::size_t p) {
    std::array<double, Taps> row{};
    if (infinity && p == size - 1) {
      row[Taps - 1] = 1.0;
      return row;
    }
    const double x = p == 0 ? 0.0 : p % 2 == 1 ? points[(p - 1) / 2] : -points[(p - 1) / 2];
    double power = 1.0;
    for (std::size_t i = 0; i < pairs; ++i)
      power *= p > 0 && (p - 1) / 2 == i ? 2.0 * x * x : x * x - points[i] * points[i];
    power = 1.0 / power;
    for (std::size_t k = 0; k < Taps; ++k, power *= x) row[k] = power;
    return row;
  }

  /// t = B d
  static __attribute__((always_inline)) void input(const Vector (&d)[size], Vector (&t)[size]) {
    sum<pairs, 0, pairs>(d, t[0]);
    if constexpr (infinity) sum<pairs, 1, pairs>(d, t[size - 1]);
    unroll<pairs>([&](auto i) __attribute__((always_inline)) {
      Vector even, odd;
      sum<i, 2, pairs - 1>(d, even);
      sum<i, 1, pairs - 1>(d, odd);
      t[2 * i + 1] = even + odd * constant<i, 1>;
      t[2 * i + 2] = even - odd * constant<i, 1>;
    });
  }

  /// y = A t
  static __attribute__((always_inline)) void output(const Vector (&t)[size], Vector (&y)[Outputs]) {
    Vector even[pairs + 1], odd[pairs + 1];
    unroll<pairs>([&](auto i) __attribute__((always_inline)) {
      even[i] = t[2 * i + 1] + t[2 * i + 2];
      odd[i] = t[2 * i + 1] - t[2 * i + 2];
    });
    unroll<Outputs>([&](auto o) __attribute__((always_inline)) {
      if constexpr (o == 0)
        y[o] = t[0];
      else
        y[o] = Vector{};
      if constexpr (infinity && o == Outputs - 1) y[o] += t[size - 1];
      unroll<pairs>([&](auto i) __attribute__((always_inline)) {
        y[o] += (o % 2 == 0 ? even[i] : odd[i]) * constant<i, o>;
      });
    });
  }

 private:
  // Coefficients, lowest first, of the product of (z - p^2) over all pairs but one; none is left out for
  // `pairs`.
  static constexpr std::array<double, pairs + 1> coefficients(std::size_t left_out) {
    std::array<double, pairs + 1> c{1.0};
    for (std::size_t i = 0, degree = 0; i < pairs; ++i)
      if (i != left_out) {
        ++degree;
        for (std::size_t k = degree + 1; k-- > 0;)
          c[k] = (k > 0 ? c[k - 1] : 0.0) - points[i] * points[i] * c[k];
      }
    return c;
  }
  // The sum of these times d[First], d[First + 2], ..., the last of which has coefficient 1.
  template <std::size_t LeftOut, std::size_t First, std::size_t Degree>
  static __attribute__((always_inline)) void sum(const Vector (&d)[size], Vector& result) {
    result = d[First + 2 * Degree];
    unroll<Degree>([&](auto k) __attribute__((always_inline)) {
      constexpr float c = static_cast<float>(coefficients(LeftOut)[k]);
      result += d[First + 2 * k] * c;
    });
  }
  template <std::size_t I, std::size_t Power>
  static constexpr float constant = [] {
    double power = 1.0;
    for (std::size_t k = 0; k < Power; ++k) power *= points[I];
    return static_cast<float>(power);
  }();
};

}  // namespace graft::detail::simd
