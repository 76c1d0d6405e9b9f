// SPDX-License-Identifier: MIT
// Single kernels on one thread, beside the peak of one core measured in the same run. GFLOP/s counts two
// operations for each multiplication that the layer's definition asks for, those on padding included, as
// everybody counts them: an algorithm that needs fewer, or skips the padding, can pass 100 % of the peak.
#include <graft/graft.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <string>

namespace {

using graft::Conv2dSpec, graft::DenseSpec, graft::Pool2dSpec;

using graft::detail::measure_peak, graft::detail::seconds_of;

/// The best that was seen so far; measured again for each kernel, because the clock of a machine may change.
double peak() {
  static double best = 0;
  return best = std::max(best, measure_peak());
}

template <class Kernel>
void measure(benchmark::State& state, double operations, double bytes, Kernel&& kernel) {
  kernel();
  const double seconds = seconds_of([&] {
                           for (auto _ : state) kernel();
                         }) /
                         static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = operations / seconds / 1e9;
  state.counters["%peak"] = 100 * operations / seconds / peak();
  state.counters["GB/s"] = bytes / seconds / 1e9;
}

graft::AlignedBuffer values(std::size_t size) {
  graft::AlignedBuffer buffer{size};
  for (std::size_t i = 0; i < size; ++i) buffer.data()[i] = 0.01f * static_cast<float>(i % 37) - 0.1f;
  return buffer;
}

constexpr std::size_t slide(std::size_t n, std::size_t kernel, std::size_t stride, bool same) {
  return same ? (n + stride - 1) / stride : (n - kernel) / stride + 1;
}

constexpr graft::Window window(std::size_t height, std::size_t width, std::size_t stride, bool same) {
  return {height, width, stride, stride, same ? (height - 1) / 2 : 0, same ? (width - 1) / 2 : 0};
}

/// A layer on square images.
constexpr Conv2dSpec convolution(std::size_t size, std::size_t in, std::size_t out, std::size_t height,
                                 std::size_t width, std::size_t stride = 1, bool same = true) {
  return {graft::contiguous({size, size, in}),
          graft::contiguous({slide(size, height, stride, same), slide(size, width, stride, same), out}),
          window(height, width, stride, same)};
}

constexpr Pool2dSpec pooling(std::size_t size, std::size_t channels, std::size_t stride, bool same) {
  const std::size_t result = slide(size, 3, stride, same);
  return {graft::contiguous({size, size, channels}), graft::contiguous({result, result, channels}),
          window(3, 3, stride, same)};
}

std::string image_text(const graft::ImageLayout& image) {
  return std::to_string(image.height) + 'x' + std::to_string(image.width) + 'x' +
         std::to_string(image.channels);
}

template <class Spec>
std::string window_text(const Spec& spec) {
  return std::to_string(spec.window.height) + 'x' + std::to_string(spec.window.width) + '/' +
         std::to_string(spec.window.stride_y) + ' ' + image_text(spec.input) + "->" +
         std::to_string(spec.output.channels);
}

template <class B>
std::string label(const std::string& kernel) {
  return kernel + ' ' + std::string{B::name};
}

template <class B, Conv2dSpec S>
void run_convolution(benchmark::State& state) {
  typename B::Context context{graft::Threads{1}};
  const auto x = values(S.input.size()), kernel = values(S.patch_size() * S.output.channels),
             bias = values(S.output.channels);
  graft::AlignedBuffer packed{B::template packed_size<S>}, y{S.output.size()};
  B::template pack_conv2d<S>(context, {kernel.data(), kernel.size()}, packed.data());
  measure(state, 2.0 * static_cast<double>(S.output.size() * S.patch_size()),
          sizeof(float) * static_cast<double>(x.size() + kernel.size() + y.size()), [&] {
            B::template conv2d_packed<S, graft::Relu>(context, 1, x.data(), packed.data(), bias.data(),
                                                      y.data());
          });
}

template <Conv2dSpec S>
void convolution_benchmarks() {
  const std::string name = "convolution " + window_text(S);
  benchmark::RegisterBenchmark(label<graft::Simd>(name).c_str(), run_convolution<graft::Simd, S>);
  benchmark::RegisterBenchmark(label<graft::Blas>(name).c_str(), run_convolution<graft::Blas, S>);
}

template <class B, Pool2dSpec S, class Rule>
void run_pooling(benchmark::State& state) {
  typename B::Context context{graft::Threads{1}};
  const auto x = values(S.input.size());
  graft::AlignedBuffer y{S.output.size()};
  measure(state, static_cast<double>(S.output.size() * S.window.height * S.window.width),
          sizeof(float) * static_cast<double>(x.size() + y.size()),
          [&] { B::template pool2d<S, Rule>(context, 1, x.data(), y.data()); });
}

template <Pool2dSpec S, class Rule>
void pooling_benchmarks(const std::string& rule) {
  const std::string name = rule + " pooling " + window_text(S);
  benchmark::RegisterBenchmark(label<graft::Simd>(name).c_str(), run_pooling<graft::Simd, S, Rule>);
  benchmark::RegisterBenchmark(label<graft::Blas>(name).c_str(), run_pooling<graft::Blas, S, Rule>);
}

/// Memory of a dense layer and its optimizer.
template <DenseSpec S>
struct DenseMemory {
  static constexpr std::size_t batch = 20;
  static constexpr double products = 2.0 * static_cast<double>(batch * S.inputs * S.units);
  static constexpr double weight_bytes = sizeof(float) * static_cast<double>(S.inputs * S.units);

  graft::AlignedBuffer x = values(batch * S.inputs), y = values(batch * S.units),
                       kernel = values(S.inputs * S.units), bias = values(S.units);
  graft::AlignedBuffer kernel_slot{S.inputs * S.units}, bias_slot{S.units};
};

template <class B, DenseSpec S>
void run_dense(benchmark::State& state) {
  typename B::Context context{graft::Threads{1}};
  DenseMemory<S> m;
  measure(state, m.products, m.weight_bytes, [&] {
    B::template dense<S, graft::Relu>(context, m.batch, m.x.data(), m.kernel.data(), m.bias.data(),
                                      m.y.data());
  });
}

template <class B, DenseSpec S>
void run_dense_backward(benchmark::State& state) {
  typename B::Context context{graft::Threads{1}};
  DenseMemory<S> m;
  measure(state, m.products, m.weight_bytes, [&] {
    B::template dense_backward_kernel<S>(context, m.batch, m.x.data(), m.y.data(), m.kernel.data(),
                                         m.bias.data());
  });
}

template <class B, DenseSpec S>
void run_dense_update(benchmark::State& state) {
  typename B::Context context{graft::Threads{1}};
  DenseMemory<S> m;
  graft::RMSprop{.learning_rate = 1e-4f}.visit_rule(1, [&](const auto& rule) {
    measure(state, m.products, 4 * m.weight_bytes, [&] {  // the rule's own operations are not counted
      B::template dense_update<S, graft::Relu>(context, rule, m.batch, m.x.data(), m.y.data(),
                                               m.kernel.data(), {m.kernel_slot.data()}, m.bias.data(),
                                               {m.bias_slot.data()}, {});
    });
  });
}

template <class B, DenseSpec S>
void dense_benchmarks() {
  const std::string size = std::to_string(S.inputs) + "->" + std::to_string(S.units) + ", 20 rows";
  benchmark::RegisterBenchmark(label<B>("dense " + size).c_str(), run_dense<B, S>);
  benchmark::RegisterBenchmark(label<B>("dense backward " + size).c_str(), run_dense_backward<B, S>);
  benchmark::RegisterBenchmark(label<B>("dense backward + RMSprop " + size).c_str(), run_dense_update<B, S>);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("peak of one core: multiply and add in registers",
                               [](benchmark::State& state) {
                                 for (auto _ : state) state.counters["GFLOP/s"] = measure_peak() / 1e9;
                               })
      ->Iterations(1);

  convolution_benchmarks<convolution(150, 3, 32, 3, 3, 2, false)>();    // conv2d_1
  convolution_benchmarks<convolution(74, 32, 32, 3, 3, 1, false)>();    // conv2d_2
  convolution_benchmarks<convolution(72, 32, 64, 3, 3)>();              // conv2d_3
  convolution_benchmarks<convolution(35, 64, 80, 1, 1)>();              // conv2d_4
  convolution_benchmarks<convolution(35, 80, 192, 3, 3, 1, false)>();   // conv2d_5
  convolution_benchmarks<convolution(16, 288, 64, 1, 1)>();             // mixed2
  convolution_benchmarks<convolution(16, 48, 64, 5, 5)>();              // mixed0 to mixed2
  convolution_benchmarks<convolution(16, 96, 96, 3, 3)>();              // mixed0 to mixed2
  convolution_benchmarks<convolution(16, 288, 384, 3, 3, 2, false)>();  // mixed3
  convolution_benchmarks<convolution(7, 768, 192, 1, 1)>();             // mixed4 to mixed7
  convolution_benchmarks<convolution(7, 128, 128, 1, 7)>();             // mixed4
  convolution_benchmarks<convolution(7, 192, 192, 1, 7)>();             // mixed7
  convolution_benchmarks<convolution(7, 192, 192, 7, 1)>();             // mixed7
  pooling_benchmarks<pooling(72, 64, 2, false), graft::Max>("max");
  pooling_benchmarks<pooling(16, 288, 1, true), graft::Average>("average");
  pooling_benchmarks<pooling(7, 768, 1, true), graft::Average>("average");
  dense_benchmarks<graft::Simd, DenseSpec{7 * 7 * 768, 1024}>();
  dense_benchmarks<graft::Blas, DenseSpec{7 * 7 * 768, 1024}>();

  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
