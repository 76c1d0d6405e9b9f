// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/reference.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string_view>

namespace graft::test {

/// A backend as a device would be one: its memory cannot be read by anyone else, a batch is computed at once,
/// and what it is given is copied. It hands out addresses of another place, where no process has memory, so
/// that whoever reads through them crashes; inside, it finds the true ones and lets Reference compute. And it
/// counts the calls of every primitive. For one thread at a time.
struct Counting {
  static constexpr bool reads_host_memory = false;
  static constexpr std::string_view name = "Counting";

  struct Context {
    explicit Context(Threads) : host{Threads{1}} {}
    HostContext host;
  };
  struct Recordings {
    template <class Work>
    void run(Context&, const std::array<std::uintptr_t, 5>&, Work&& work) {
      work();
    }
    template <class Work>
    void renew(Context&, const std::array<std::uintptr_t, 5>&, Work&& work) {
      work();
    }
  };

  /// Calls since the last reset, by the name of the primitive.
  static inline std::map<std::string_view, std::size_t> calls;
  static std::size_t count(std::string_view primitive) {
    const auto found = calls.find(primitive);
    return found == calls.end() ? 0 : found->second;
  }

 private:
  // Bit 55 belongs to no address of a program, neither on x86-64 nor on ARM. Null stays null.
  static constexpr std::uintptr_t disguise = std::uintptr_t{1} << 55;
  template <class T>
  static T* hidden(T* p) {
    return p == nullptr ? nullptr : reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(p) | disguise);
  }
  template <class T>
  static T* real(T* p) {
    if (p == nullptr) return nullptr;
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    if ((address & disguise) == 0)
      throw std::logic_error("expected memory of the backend, received the host's");
    return reinterpret_cast<T*>(address & ~disguise);
  }
  static OptimizerSlots real(OptimizerSlots slots) {
    for (float*& slot : slots) slot = real(slot);
    return slots;
  }

 public:
  class Buffer {
   public:
    explicit Buffer(std::size_t size) : memory_{size} {}
    float* data() { return hidden(memory_.data()); }
    const float* data() const { return hidden(memory_.data()); }
    std::size_t size() const { return memory_.size(); }

   private:
    AlignedBuffer memory_;
  };

  static void upload(Context& c, std::span<const float> host, float* destination) {
    ++calls["upload"];
    Reference::upload(c.host, host, real(destination));
  }
  static void download(Context& c, const float* source, std::span<float> host) {
    ++calls["download"];
    Reference::download(c.host, real(source), host);
  }
  class Staging {
   public:
    explicit Staging(std::size_t floats) : memory_{floats} {}
    using Use = HostMemory::Staging::Use;
    void begin(Context& c, std::span<const float> host) {
      ++calls["stage"];
      if (memory_.size() < host.size()) throw std::logic_error("expected room for staging");
      Reference::upload(c.host, host, real(memory_.data()));
    }
    Use use(Context&) const { return Use{memory_.data()}; }

   private:
    Buffer memory_;
  };
  static void fill_zero(Context& c, float* destination, std::size_t size) {
    ++calls["fill_zero"];
    Reference::fill_zero(c.host, real(destination), size);
  }
  template <class Work>
  static void split_batch(Context&, std::size_t batch, Work&& work) {
    ++calls["split_batch"];
    work(std::size_t{0}, batch, std::size_t{0});
  }
  static std::size_t slots(Context&) { return 1; }
  static std::size_t room(Context&) { return std::size_t{1} << 20; }
  static void row_numbers(std::span<const std::size_t> rows, std::span<float> numbers) {
    std::transform(rows.begin(), rows.end(), numbers.begin(),
                   [](std::size_t row) { return static_cast<float>(row); });
  }
  static void gather_rows(Context&, std::size_t count, const float* rows, std::size_t row_size,
                          const float* source, float* destination) {
    ++calls["gather_rows"];
    for (std::size_t i = 0; i < count; ++i)
      std::copy_n(real(source) + static_cast<std::size_t>(real(rows)[i]) * row_size, row_size,
                  real(destination) + i * row_size);
  }
  static std::size_t images_per_slot(std::size_t batch) { return batch; }

  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = Reference::packed_size<S>;
  template <Conv2dSpec S>
  static void pack_conv2d(Context& c, std::span<const float> kernel, float* packed) {
    ++calls["pack_conv2d"];
    Reference::pack_conv2d<S>(c.host, kernel, real(packed));
  }
  template <Conv2dSpec S, class Act>
  static void conv2d(Context& c, std::size_t n, const float* x, const float* kernel, const float* bias,
                     float* y) {
    ++calls["conv2d"];
    Reference::conv2d<S, Act>(c.host, n, real(x), real(kernel), real(bias), real(y));
  }
  template <Conv2dSpec S, class Act>
  static void conv2d_packed(Context& c, std::size_t n, const float* x, const float* packed, const float* bias,
                            float* y) {
    ++calls["conv2d_packed"];
    Reference::conv2d_packed<S, Act>(c.host, n, real(x), real(packed), real(bias), real(y));
  }
  template <Conv2dSpec S>
  static void conv2d_backward_kernel(Context& c, std::size_t n, const float* x, const float* dy,
                                     float* dkernel, float* dbias) {
    ++calls["conv2d_backward_kernel"];
    Reference::conv2d_backward_kernel<S>(c.host, n, real(x), real(dy), real(dkernel), real(dbias));
  }
  template <Conv2dSpec S>
  static void conv2d_backward_input(Context& c, std::size_t n, const float* kernel, const float* dy,
                                    float* dx) {
    ++calls["conv2d_backward_input"];
    Reference::conv2d_backward_input<S>(c.host, n, real(kernel), real(dy), real(dx));
  }

  template <DepthwiseSpec S, class Act>
  static void depthwise_conv2d(Context& c, std::size_t n, const float* x, const float* kernel,
                               const float* bias, float* y) {
    ++calls["depthwise_conv2d"];
    Reference::depthwise_conv2d<S, Act>(c.host, n, real(x), real(kernel), real(bias), real(y));
  }
  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_kernel(Context& c, std::size_t n, const float* x, const float* dy,
                                               float* dkernel, float* dbias) {
    ++calls["depthwise_conv2d_backward_kernel"];
    Reference::depthwise_conv2d_backward_kernel<S>(c.host, n, real(x), real(dy), real(dkernel), real(dbias));
  }
  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_input(Context& c, std::size_t n, const float* kernel, const float* dy,
                                              float* dx) {
    ++calls["depthwise_conv2d_backward_input"];
    Reference::depthwise_conv2d_backward_input<S>(c.host, n, real(kernel), real(dy), real(dx));
  }

  template <DenseSpec S, class Act>
  static void dense(Context& c, std::size_t n, const float* x, const float* kernel, const float* bias,
                    float* y) {
    ++calls["dense"];
    Reference::dense<S, Act>(c.host, n, real(x), real(kernel), real(bias), real(y));
  }
  template <DenseSpec S>
  static void dense_backward_kernel(Context& c, std::size_t n, const float* x, const float* dy,
                                    float* dkernel, float* dbias) {
    ++calls["dense_backward_kernel"];
    Reference::dense_backward_kernel<S>(c.host, n, real(x), real(dy), real(dkernel), real(dbias));
  }
  template <DenseSpec S>
  static void dense_backward_input(Context& c, std::size_t n, const float* kernel, const float* dy,
                                   float* dx) {
    ++calls["dense_backward_input"];
    Reference::dense_backward_input<S>(c.host, n, real(kernel), real(dy), real(dx));
  }

  template <DenseSpec S, class Act, class Rule>
  static void dense_update(Context& c, const Rule& rule, std::size_t n, const float* x, const float* dy,
                           float* kernel, OptimizerSlots kernel_slots, float* bias, OptimizerSlots bias_slots,
                           DenseAhead ahead) {
    ++calls["dense_update"];
    if (ahead.y != nullptr) ++calls["dense"];
    Reference::dense_update<S, Act>(c.host, rule, n, real(x), real(dy), real(kernel), real(kernel_slots),
                                    real(bias), real(bias_slots),
                                    {ahead.batch, real(ahead.x), real(ahead.y)});
  }

  template <Pool2dSpec S, class Rule>
  static void pool2d(Context& c, std::size_t n, const float* x, float* y) {
    ++calls["pool2d"];
    Reference::pool2d<S, Rule>(c.host, n, real(x), real(y));
  }
  template <Pool2dSpec S, class Rule>
  static void pool2d_backward(Context& c, std::size_t n, const float* x, const float* y, const float* dy,
                              float* dx) {
    ++calls["pool2d_backward"];
    Reference::pool2d_backward<S, Rule>(c.host, n, real(x), real(y), real(dy), real(dx));
  }
  template <ElementwiseSpec S>
  static void global_average_pool(Context& c, std::size_t n, const float* x, float* y) {
    ++calls["global_average_pool"];
    Reference::global_average_pool<S>(c.host, n, real(x), real(y));
  }
  template <ElementwiseSpec S>
  static void global_average_pool_backward(Context& c, std::size_t n, const float* dy, float* dx) {
    ++calls["global_average_pool_backward"];
    Reference::global_average_pool_backward<S>(c.host, n, real(dy), real(dx));
  }
  template <PadSpec S>
  static void zero_pad(Context& c, std::size_t n, const float* x, float* y) {
    ++calls["zero_pad"];
    Reference::zero_pad<S>(c.host, n, real(x), real(y));
  }
  template <PadSpec S>
  static void zero_pad_backward(Context& c, std::size_t n, const float* dy, float* dx) {
    ++calls["zero_pad_backward"];
    Reference::zero_pad_backward<S>(c.host, n, real(dy), real(dx));
  }

  template <ElementwiseSpec S>
  static void batch_norm(Context& c, std::size_t n, double epsilon, const float* x, BatchNormVectors v,
                         float* y) {
    ++calls["batch_norm"];
    Reference::batch_norm<S>(c.host, n, epsilon, real(x),
                             {real(v.gamma), real(v.beta), real(v.mean), real(v.variance)}, real(y));
  }
  template <ElementwiseSpec S>
  static void batch_norm_backward(Context& c, std::size_t n, double epsilon, const float* x,
                                  BatchNormVectors v, const float* dy, float* dgamma, float* dbeta,
                                  float* dx) {
    ++calls["batch_norm_backward"];
    Reference::batch_norm_backward<S>(c.host, n, epsilon, real(x),
                                      {real(v.gamma), real(v.beta), real(v.mean), real(v.variance)}, real(dy),
                                      real(dgamma), real(dbeta), real(dx));
  }
  template <ElementwiseSpec S>
  static void batch_norm_training(Context& c, std::size_t n, double epsilon, double momentum, const float* x,
                                  const float* gamma, const float* beta, float* mean, float* variance,
                                  float* saved, float* y) {
    ++calls["batch_norm_training"];
    Reference::batch_norm_training<S>(c.host, n, epsilon, momentum, real(x), real(gamma), real(beta),
                                      real(mean), real(variance), real(saved), real(y));
  }
  template <ElementwiseSpec S>
  static void batch_norm_training_backward(Context& c, std::size_t n, const float* x, const float* gamma,
                                           const float* saved, const float* dy, float* dgamma, float* dbeta,
                                           float* dx) {
    ++calls["batch_norm_training_backward"];
    Reference::batch_norm_training_backward<S>(c.host, n, real(x), real(gamma), real(saved), real(dy),
                                               real(dgamma), real(dbeta), real(dx));
  }

  template <ElementwiseSpec S, class Act>
  static void activation(Context& c, std::size_t n, const float* x, float* y) {
    ++calls["activation"];
    Reference::activation<S, Act>(c.host, n, real(x), real(y));
  }
  template <ElementwiseSpec S, class Act>
  static void activation_backward(Context& c, std::size_t n, const float* value, float* dy) {
    ++calls["activation_backward"];
    Reference::activation_backward<S, Act>(c.host, n, real(value), real(dy));
  }
  template <ElementwiseSpec S, class Act>
  static void scale_shift(Context& c, std::size_t n, const float* x, const float* scale, const float* shift,
                          float* y) {
    ++calls["scale_shift"];
    Reference::scale_shift<S, Act>(c.host, n, real(x), real(scale), real(shift), real(y));
  }
  template <ElementwiseSpec S, class Act = Linear>
  static void accumulate(Context& c, std::size_t n, const float* dy, float* dx) {
    ++calls["accumulate"];
    Reference::accumulate<S, Act>(c.host, n, real(dy), real(dx));
  }
  template <MultiplySpec S>
  static void multiply(Context& c, std::size_t n, const float* x, const float* factor, float* y) {
    ++calls["multiply"];
    Reference::multiply<S>(c.host, n, real(x), real(factor), real(y));
  }
  template <MultiplySpec S>
  static void multiply_backward(Context& c, std::size_t n, const float* x, const float* factor,
                                const float* dy, float* dx, float* dfactor) {
    ++calls["multiply_backward"];
    Reference::multiply_backward<S>(c.host, n, real(x), real(factor), real(dy), real(dx), real(dfactor));
  }
  template <ElementwiseSpec S, class L>
  static void rescale(Context& c, std::size_t n, const float* x, float* y) {
    ++calls["rescale"];
    Reference::rescale<S, L>(c.host, n, real(x), real(y));
  }
  template <ElementwiseSpec S, class L>
  static void rescale_backward(Context& c, std::size_t n, const float* dy, float* dx) {
    ++calls["rescale_backward"];
    Reference::rescale_backward<S, L>(c.host, n, real(dy), real(dx));
  }
  template <ElementwiseSpec S>
  static void normalize(Context& c, std::size_t n, const float* x, const float* mean, const float* variance,
                        float* y) {
    ++calls["normalize"];
    Reference::normalize<S>(c.host, n, real(x), real(mean), real(variance), real(y));
  }
  template <ElementwiseSpec S>
  static void normalize_backward(Context& c, std::size_t n, const float* variance, const float* dy,
                                 float* dx) {
    ++calls["normalize_backward"];
    Reference::normalize_backward<S>(c.host, n, real(variance), real(dy), real(dx));
  }
  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout(Context& c, std::size_t n, Philox key, const float* x, float* y) {
    ++calls["dropout"];
    Reference::dropout<S, Rule>(c.host, n, key, real(x), real(y));
  }
  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout_backward(Context& c, std::size_t n, Philox key, const float* dy, float* dx) {
    ++calls["dropout_backward"];
    Reference::dropout_backward<S, Rule>(c.host, n, key, real(dy), real(dx));
  }

  template <class Loss, std::size_t Units>
  static void loss(Context& c, const Loss& rule, std::size_t n, const float* z, const float* target,
                   float* dz, float* of_rows) {
    ++calls["loss"];
    Reference::loss<Loss, Units>(c.host, rule, n, real(z), real(target), real(dz), real(of_rows));
  }
  template <class Rule>
  static void update(Context& c, const Rule& rule, std::size_t size, float* w, const float* g,
                     OptimizerSlots slots) {
    ++calls["update"];
    Reference::update(c.host, rule, size, real(w), real(g), real(slots));
  }
};

}  // namespace graft::test
