// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/warp_tile.hpp>
#include <graft/backend/cuda/warpgroup_tile.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <ucontext.h>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define GRAFT_TEST_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRAFT_TEST_ADDRESS_SANITIZER
#endif
#endif
#ifdef GRAFT_TEST_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace graft::test {

/// A context of the processor with a stack of its own, that runs until it gives way.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body) : body_{std::move(body)} {
    getcontext(&own_);
    own_.uc_stack.ss_sp = stack_.get();
    own_.uc_stack.ss_size = stack_size;
    own_.uc_link = nullptr;
    makecontext(&own_, &Fiber::start, 0);
  }
  Fiber(const Fiber&) = delete;

  bool done() const { return done_; }

  /// Runs it until it gives way or ends. What it throws is thrown here.
  void resume() {
    running = this;
#ifdef GRAFT_TEST_ADDRESS_SANITIZER
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack_.get(), stack_size);
    swapcontext(&caller_, &own_);
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#else
    swapcontext(&caller_, &own_);
#endif
    running = nullptr;
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }
  /// To be called from inside.
  static void give_way() { running->leave(); }

 private:
  static constexpr std::size_t stack_size = 128 * 1024;
  static inline Fiber* running = nullptr;

  static void start() {
#ifdef GRAFT_TEST_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(nullptr, &running->outer_stack_, &running->outer_size_);
#endif
    Fiber& self = *running;
    try {
      self.body_();
    } catch (...) {
      self.error_ = std::current_exception();
    }
    self.done_ = true;
    self.leave();
  }
  void leave() {
#ifdef GRAFT_TEST_ADDRESS_SANITIZER
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(done_ ? nullptr : &fake, outer_stack_, outer_size_);
    swapcontext(&own_, &caller_);
    __sanitizer_finish_switch_fiber(fake, &outer_stack_, &outer_size_);
#else
    swapcontext(&own_, &caller_);
#endif
  }

  std::function<void()> body_;
  std::unique_ptr<std::byte[]> stack_{new std::byte[stack_size]};
  ucontext_t own_{}, caller_{};
#ifdef GRAFT_TEST_ADDRESS_SANITIZER
  const void* outer_stack_ = nullptr;  // the caller's
  std::size_t outer_size_ = 0;
#endif
  bool done_ = false;
  std::exception_ptr error_;
};

/// A block of threads on the processor, for kernels that are written for any `Hardware`: threads are fibers,
/// and what a warp does together is done by their numbers. Copies in the background take place at once, or as
/// late as they may; the first warp goes ahead of the others, or the last one does. A kernel that lacks a
/// barrier or a wait gives another result in one of the four.
class EmulatedBlock {
 public:
  struct Way {
    bool late_copies, backwards;
  };

  template <class Body>
  static void run(std::size_t threads, device::Index number, std::size_t memory_size, Way way, Body&& body) {
    EmulatedBlock block{threads, number, memory_size, way};
    current = &block;
    std::deque<Fiber> fibers;
    for (std::size_t i = 0; i < threads; ++i) fibers.emplace_back(body);
    // A warp goes on as far as it can before the next one does.
    const auto progress = [&] { return block.meetings_ + block.ended_; };
    for (std::size_t before = progress(); block.ended_ < threads; before = progress()) {
      for (std::size_t i = 0; i < threads / 32; ++i) {
        const std::size_t warp = way.backwards ? threads / 32 - 1 - i : i;
        for (std::size_t before_warp = progress() + 1; before_warp != progress();) {
          before_warp = progress();
          for (block.thread_ = warp * 32; block.thread_ < (warp + 1) * 32; ++block.thread_) {
            Fiber& fiber = fibers[block.thread_];
            if (fiber.done()) continue;
            fiber.resume();
            block.ended_ += fiber.done();
          }
        }
      }
      if (before == progress())
        throw std::logic_error("expected all threads of a warp or a block to meet, received some that wait");
    }
    current = nullptr;
  }

  static device::Index thread() { return device::index(current->thread_); }
  static device::Index number() { return current->number_; }
  static void synchronize() { current->meet(current->all_, current->threads_.size()); }

  static std::uint32_t memory() { return origin; }
  template <class T>
  static T* pointer(std::uint32_t address) {
    return reinterpret_cast<T*>(current->bytes(address, sizeof(T), alignof(T)));
  }

  template <device::Index Bytes>
  static void copy_async(std::uint32_t shared, const void* global, bool valid) {
    static_assert(Bytes == 4 || Bytes == 16);
    if (valid && reinterpret_cast<std::uintptr_t>(global) % Bytes != 0)
      throw std::logic_error("expected to copy from a multiple of the size, received another address");
    const Copy copy{current->bytes(shared, Bytes, Bytes), valid ? global : nullptr, Bytes};
    if (current->way_.late_copies)
      current->self().open.push_back(copy);
    else
      copy.make();
  }
  static void close_copies() { current->self().groups.push_back(std::exchange(current->self().open, {})); }
  template <device::Index Groups>
  static void wait_for_copies() {
    for (auto& groups = current->self().groups; groups.size() > Groups; groups.pop_front())
      for (const Copy& copy : groups.front()) copy.make();
  }

  static void load_matrices(std::uint32_t (&to)[4], std::uint32_t shared) {
    const std::size_t lane = current->lane();
    Given& given = current->given();
    given.addresses[lane] = current->bytes(shared, 16, 16);
    current->meet(current->warp().meeting, 32);
    for (std::size_t matrix = 0; matrix < 4; ++matrix)
      std::memcpy(&to[matrix], given.addresses[8 * matrix + lane / 4] + lane % 4 * 4, 4);
  }

  template <class Factor>
  struct Fragments;
  template <class Factor, class B>
  using Tile = cuda::WarpTile<EmulatedBlock, Factor, B>;

 private:
  friend class EmulatedWarpgroups;
  static constexpr std::uint32_t origin = 1024;  // of the block's memory, as kernels see it

  struct Copy {
    std::byte* to;
    const void* from;  ///< null: zeros
    std::size_t size;

    void make() const {
      if (from == nullptr)
        std::memset(to, 0, size);
      else
        std::memcpy(to, from, size);
    }
  };
  struct Thread {
    std::vector<Copy> open;
    std::deque<std::vector<Copy>> groups;
    std::vector<std::function<void()>> products;
  };
  struct Meeting {
    std::size_t arrived = 0, number = 0;
  };
  struct Given {  // by each lane, when a warp meets
    std::array<const std::byte*, 32> addresses;
    std::array<std::array<std::uint32_t, 4>, 32> rows;
    std::array<std::array<std::uint32_t, 2>, 32> columns;
  };
  struct Warp {
    Meeting meeting;
    std::array<Given, 2> given;  // the next meeting's while some still read this one's
  };
  struct alignas(128) Line {
    std::byte bytes[128];
  };

  EmulatedBlock(std::size_t threads, device::Index number, std::size_t memory_size, Way way)
      : number_{number},
        way_{way},
        threads_(threads),
        warps_(threads / 32),
        warpgroups_(threads / 128),
        memory_((memory_size + 127) / 128) {
    // NaN: what is read before it is written shows.
    std::memset(memory_.data(), 0xFF, memory_.size() * sizeof(Line));
    memory_size_ = memory_size;
  }

  std::size_t lane() const { return thread_ % 32; }
  Thread& self() { return threads_[thread_]; }
  Warp& warp() { return warps_[thread_ / 32]; }
  Meeting& warpgroup() { return warpgroups_[thread_ / 128]; }
  Given& given() { return warp().given[warp().meeting.number % 2]; }

  std::byte* bytes(std::uint32_t address, std::size_t size, std::size_t alignment) {
    if (address < origin || address - origin + size > memory_size_ || address % alignment != 0)
      throw std::logic_error("expected a place in the block's memory, received another one");
    return reinterpret_cast<std::byte*>(memory_.data()) + (address - origin);
  }

  void meet(Meeting& meeting, std::size_t members) {
    const std::size_t number = meeting.number;
    if (++meeting.arrived == members) {
      meeting.arrived = 0;
      ++meeting.number;
      ++meetings_;
    } else {
      while (meeting.number == number) Fiber::give_way();
    }
  }

  /// sums += rows (16, depth) * columns (depth, 8), whose values are found by lane, register and place in it:
  /// sum 2h + p of lane l is that of row l / 4 + 8h and column 2 (l % 4) + p.
  template <class Products>
  static void multiply(float (&sums)[4], const std::uint32_t (&rows)[4], const std::uint32_t* columns,
                       Products&& products) {
    const std::size_t lane = current->lane();
    Given& given = current->given();
    std::copy_n(rows, 4, given.rows[lane].begin());
    std::copy_n(columns, 2, given.columns[lane].begin());
    current->meet(current->warp().meeting, 32);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t quarter = 0; quarter < 4; ++quarter)  // lanes that hold a row's or a column's values
        for (std::size_t half = 0; half < 2; ++half)
          sums[i] += products(given.rows[lane / 4 * 4 + quarter][i / 2 + 2 * half],
                              given.columns[(lane % 4 * 2 + i % 2) * 4 + quarter][half]);
  }

  static inline EmulatedBlock* current = nullptr;

  device::Index number_;
  Way way_;
  std::size_t thread_ = 0, meetings_ = 0, ended_ = 0, memory_size_ = 0;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<Meeting> warpgroups_;
  std::vector<Line> memory_;
  Meeting all_;
};

/// mma.m16n8k8: register h of a lane's column holds its value l % 4 + 4h.
template <>
struct EmulatedBlock::Fragments<device::Tf32> {
  static constexpr device::Index depth = 8;
  using Rows = std::uint32_t[1][4];

  static void round(const Rows& loaded, std::uint32_t (&rows)[4]) {
    for (std::size_t i = 0; i < 4; ++i)
      rows[i] = std::bit_cast<std::uint32_t>(device::Tf32::round(std::bit_cast<float>(loaded[0][i])));
  }
  static void multiply(float (&sums)[4], const std::uint32_t (&rows)[4], const std::uint32_t* columns) {
    EmulatedBlock::multiply(sums, rows, columns, dot);
  }
  static float dot(std::uint32_t row, std::uint32_t column) {
    const auto factor = [](std::uint32_t bits) { return std::bit_cast<float>(bits & ~0x1fffu); };
    return factor(row) * factor(column);
  }
};

/// mma.m16n8k16: register h of a lane's column holds its values 2 (l % 4) + 8h and the next, the lower half
/// first.
template <>
struct EmulatedBlock::Fragments<device::Bfloat16> {
  static constexpr device::Index depth = 16;
  using Rows = std::uint32_t[2][4];

  static void round(const Rows& loaded, std::uint32_t (&rows)[4]) {
    const auto bits = [](std::uint32_t loaded_bits) {
      return std::uint32_t{device::Bfloat16::store(std::bit_cast<float>(loaded_bits))};
    };
    for (std::size_t half = 0; half < 2; ++half)
      for (std::size_t i = 0; i < 2; ++i)
        rows[2 * half + i] = bits(loaded[half][2 + i]) << 16 | bits(loaded[half][i]);
  }
  static void multiply(float (&sums)[4], const std::uint32_t (&rows)[4], const std::uint32_t* columns) {
    EmulatedBlock::multiply(sums, rows, columns, dot);
  }
  static float dot(std::uint32_t row, std::uint32_t column) {
    float sum = 0.0f;
    for (const int shift : {0, 16})
      sum += device::Bfloat16::load(static_cast<std::uint16_t>(row >> shift)) *
             device::Bfloat16::load(static_cast<std::uint16_t>(column >> shift));
    return sum;
  }
};

/// A block whose warps multiply in fours, by columns in shared memory: at once, or as late as they may.
class EmulatedWarpgroups : public EmulatedBlock {
 public:
  template <class Factor>
  struct WarpgroupFragments;
  template <class Factor, class B>
  using Tile = cuda::WarpgroupTile<EmulatedWarpgroups, Factor, B>;

  static void open_products() { current->meet(current->warpgroup(), 128); }
  static void close_products() { current->meet(current->warpgroup(), 128); }
  template <device::Index Wide>
  static void wait_for_products(float (&)[Wide][4]) {
    for (const auto& product : current->self().products) product();
    current->self().products.clear();
  }
};

/// Columns of 32 values, each a row of bytes in shared memory of which the chunks of 16 bytes change places
/// by the address' bits above the seventh: all three of them in rows of 128 bytes, two in rows of 64.
template <class Factor>
struct EmulatedWarpgroups::WarpgroupFragments : Fragments<Factor> {
  using Stored = typename Factor::Stored;
  static constexpr std::uint32_t row_bytes = 32 * sizeof(Stored);

  template <device::Index Wide>
  static void multiply(float (&sums)[Wide][4], const std::uint32_t (&rows)[4], std::uint32_t shared) {
    if (shared % (8 * row_bytes) >= row_bytes)
      throw std::logic_error("expected columns that begin where the pattern of chunks does, received others");
    const std::size_t lane = current->lane();
    Given& given = current->given();
    std::copy_n(rows, 4, given.rows[lane].begin());
    current->meet(current->warp().meeting, 32);
    std::array<std::array<std::uint32_t, 4>, 4> quarters;  // what the lanes of its rows hold
    std::copy_n(given.rows.begin() + lane / 4 * 4, 4, quarters.begin());
    const auto product = [&sums, quarters, shared, lane] {
      for (std::uint32_t j = 0; j < Wide; ++j)
        for (std::uint32_t i = 0; i < 4; ++i)
          for (std::uint32_t k = 0; k < 8; ++k)  // pairs of values in Bfloat16
            sums[j][i] +=
                dot(quarters[k % 4][i / 2 + k / 4 * 2], column(shared, 8 * j + lane % 4 * 2 + i % 2, k));
    };
    if (current->way_.late_copies)
      current->self().products.push_back(product);
    else
      product();
  }

 private:
  /// The k-th four bytes of a column.
  static std::uint32_t column(std::uint32_t shared, std::size_t number, std::uint32_t k) {
    const std::uint32_t place = shared + static_cast<std::uint32_t>(number) * row_bytes + 4 * k;
    const std::uint32_t mask = row_bytes == 128 ? 7 : 3;
    std::uint32_t bits;
    std::memcpy(&bits, current->bytes(place ^ (place >> 7 & mask) << 4, 4, 4), 4);
    return bits;
  }
  static float dot(std::uint32_t row, std::uint32_t column) { return Fragments<Factor>::dot(row, column); }
};

}  // namespace graft::test
