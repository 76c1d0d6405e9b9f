// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/aligned_buffer.hpp>
#include <graft/backend/thread_team.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace graft {

/// What a host backend computes with: a team of threads, and a piece of scratch memory for each. One context
/// serves one call at a time; contexts share nothing, so each thread of the user's program can bring its own.
class HostContext {
 public:
  /// Floats of scratch for each thread: a tile of a convolution's patches that stays in the second-level
  /// cache.
  static constexpr std::size_t scratch_size = std::size_t{1} << 17;

  explicit HostContext(Threads threads = {}) : team_{threads}, scratch_{team_.size() * scratch_size} {}

  ThreadTeam& team() { return team_; }
  float* scratch(std::size_t worker) { return scratch_.data() + worker * scratch_size; }
  /// Scratch of one kernel for all of its threads; grows with the largest that was asked for. Inside a task,
  /// where the kernel has one thread, that thread's own: null if it does not suffice.
  float* shared_scratch(std::size_t size) {
    if (team_.executing()) return size <= scratch_size ? scratch(team_.worker()) : nullptr;
    if (shared_.size() < size) shared_ = AlignedBuffer{size};
    return shared_.data();
  }

 private:
  ThreadTeam team_;
  AlignedBuffer scratch_, shared_;
};

/// Host memory as backend memory: what Reference, Blas and every other backend of the processor share.
struct HostMemory {
  using Context = HostContext;
  using Buffer = AlignedBuffer;
  /// For backends that are told work rather than do it: what is the same each time is told as one, also if
  /// numbers in it are others (`renew`). Here work is done.
  struct Recordings {
    template <class Work>
    void run(Context&, const std::array<std::uintptr_t, 5>& /*key*/, Work&& work) {
      work();
    }
    template <class Work>
    void renew(Context&, const std::array<std::uintptr_t, 5>& /*key*/, Work&& work) {
      work();
    }
  };
  /// The host's values as backend memory. `begin` begins to copy them, and waits for no work but what reads
  /// the values before them. The host keeps them as they are until the work that reads them is done; whoever
  /// asks for such work keeps a Use while asking. Here nothing is copied: they are read where they are.
  class Staging {
   public:
    explicit Staging(std::size_t /*floats*/) {}
    class Use {
     public:
      explicit Use(const float* data) : data_{data} {}
      const float* data() const { return data_; }

     private:
      const float* data_;
    };
    void begin(Context&, std::span<const float> host) { host_ = host.data(); }
    Use use(Context&) const { return Use{host_}; }

   private:
    const float* host_ = nullptr;
  };
  /// Whether kernels read the host's memory as it is: what needs no other form is then not copied.
  static constexpr bool reads_host_memory = true;

  static void upload(Context&, std::span<const float> host, float* destination) {
    std::copy(host.begin(), host.end(), destination);
  }
  static void download(Context&, const float* source, std::span<float> host) {
    std::copy_n(source, host.size(), host.begin());
  }
  static void fill_zero(Context&, float* destination, std::size_t count) {
    std::fill_n(destination, count, 0.0f);
  }

  /// Splits a batch into pieces that are computed independently, each with a slot of the workspace:
  /// work(first, count, slot). On the host, one image a piece: its activations stay in the cache of one core.
  template <class Work>
  static void split_batch(Context& context, std::size_t batch, Work&& work) {
    context.team().run(batch, [&](std::size_t image, std::size_t worker) { work(image, 1, worker); });
  }
  /// Slots that split_batch needs, and images in a slot.
  static std::size_t slots(Context& context) { return context.team().size(); }
  static std::size_t images_per_slot(std::size_t /*batch*/) { return 1; }
};

}  // namespace graft
