// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/core/shape.hpp>
#include <graft/model/profile_columns.hpp>

#include <algorithm>

namespace graft {

/// One step of a frozen network: a layer with what is fused into it, for one image.
struct LayerProfile {
  std::string layer{};   ///< its name: "conv2d_1"
  std::string kernel{};  ///< what is computed: "Conv2D 3x3/2 + bn + relu"
  Shape input{}, output{};
  std::size_t macs = 0;          ///< multiply-adds, as Keras' graph has them: those on padding included
  std::size_t weight_bytes = 0;  ///< in the form that the kernel reads
  std::size_t read_bytes = 0, written_bytes = 0;  ///< of activations
  double seconds = 0;                             ///< measured: the median

  double operations() const { return 2.0 * static_cast<double>(macs); }  ///< floating-point, of an image
  double bytes() const { return static_cast<double>(weight_bytes + read_bytes + written_bytes); }
};

/// How fast a frozen network computes, step by step, beside what the machine can do.
struct Profile {
  std::vector<LayerProfile> layers{};  ///< in the order of execution
  std::size_t threads = 1;             ///< that compute at the same time
  std::size_t sharing = 1;             ///< of them, those that share an image; peak and bandwidth are theirs
  std::size_t samples = 0;             ///< measurements of each layer
  double peak = 0;                     ///< floating-point operations a second
  double bandwidth = 0;                ///< bytes a second that are read from memory

  /// All layers as one.
  LayerProfile total() const {
    LayerProfile sum{.layer = "total"};
    for (const LayerProfile& l : layers) {
      sum.macs += l.macs;
      sum.weight_bytes += l.weight_bytes;
      sum.read_bytes += l.read_bytes;
      sum.written_bytes += l.written_bytes;
      sum.seconds += l.seconds;
    }
    return sum;
  }

  /// The roofline: seconds that arithmetic at the peak takes, and that memory takes if no cache holds a byte.
  double compute_bound(const LayerProfile& l) const { return l.operations() / peak; }
  double memory_bound(const LayerProfile& l) const { return l.bytes() / bandwidth; }
  double bound(const LayerProfile& l) const { return std::max(compute_bound(l), memory_bound(l)); }

  /// Measured: time, speed and share of the peak of each layer, with their sum.
  std::string table() const;
  /// Known at compile time: arithmetic and bytes of each layer, and the bound that follows from them.
  std::string roofline() const;
};

namespace detail {

/// A multiple of a unit, or a dash for nothing.
inline std::string quantity(double value, double unit, int decimals) {
  return value == 0 ? "-" : fixed(value / unit, decimals);
}

inline std::string short_text(const Shape& shape) {
  std::string text = std::to_string(shape[0]);
  for (std::size_t i = 1; i < shape.rank; ++i) text += "x" + std::to_string(shape[i]);
  return text;
}

inline std::string threads_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " thread" : " threads");
}

}  // namespace detail

inline std::string Profile::table() const {
  using detail::quantity;
  std::vector<std::vector<std::string>> rows{
      {"layer", "kernel", "input", "output", "MMAC", "ms", "GFLOP/s", "% of peak"}, {}};
  const auto add = [&](const LayerProfile& l, std::string input, std::string output) {
    const double speed = l.operations() / l.seconds;
    rows.push_back({l.layer, l.kernel, std::move(input), std::move(output),
                    quantity(static_cast<double>(l.macs), 1e6, 2), detail::fixed(1e3 * l.seconds, 3),
                    quantity(speed, 1e9, 1), quantity(speed, peak / 100, 1)});
  };
  for (const LayerProfile& l : layers) add(l, detail::short_text(l.input), detail::short_text(l.output));
  rows.emplace_back();
  add(total(), "", "");
  return "Time of an image on " + detail::threads_text(sharing) + ", " + std::to_string(threads) +
         " at work; median of " + std::to_string(samples) + ". Peak: " + detail::fixed(peak / 1e9, 1) +
         " GFLOP/s.\nWhat a kernel saves, on padding or by its algorithm, counts as done.\n\n" +
         detail::columns(rows, 2);
}

inline std::string Profile::roofline() const {
  using detail::quantity;
  std::vector<std::vector<std::string>> rows{{"layer", "MMAC", "weights KB", "read KB", "written KB",
                                              "FLOP/byte", "bound ms", "by", "ms", "% of bound"},
                                             {}};
  double bounds = 0;
  const auto add = [&](const LayerProfile& l, double least, std::string by) {
    const auto kilobytes = [](std::size_t bytes) { return quantity(static_cast<double>(bytes), 1e3, 1); };
    rows.push_back({l.layer, quantity(static_cast<double>(l.macs), 1e6, 2), kilobytes(l.weight_bytes),
                    kilobytes(l.read_bytes), kilobytes(l.written_bytes),
                    quantity(l.operations() / l.bytes(), 1, 1), detail::fixed(1e3 * least, 3), std::move(by),
                    detail::fixed(1e3 * l.seconds, 3), detail::fixed(100 * l.seconds / least, 0)});
  };
  for (const LayerProfile& l : layers) {
    bounds += bound(l);
    add(l, bound(l), compute_bound(l) >= memory_bound(l) ? "compute" : "memory");
  }
  rows.emplace_back();
  add(total(), bounds, "");
  return "Roofline of an image on " + detail::threads_text(sharing) + ": " + detail::fixed(peak / 1e9, 1) +
         " GFLOP/s, " + detail::fixed(bandwidth / 1e9, 1) +
         " GB/s from memory.\nBelow 100 %: activations and weights came from caches, or a kernel saves "
         "arithmetic.\n\n" +
         detail::columns(rows, 1);
}

}  // namespace graft
