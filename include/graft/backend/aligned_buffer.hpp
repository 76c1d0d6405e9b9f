// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace graft {

namespace detail {

/// Memory for floats, zero at first. Large pieces come from the system itself, in huge pages where it has
/// them: the weights of a head need a hundred page table entries instead of forty thousand, and memory that
/// is never touched costs nothing.
struct FloatMemory {
  static constexpr std::align_val_t alignment{64};
  static constexpr std::size_t huge_page = std::size_t{1} << 21;
  static constexpr bool is_large(std::size_t size) { return size * sizeof(float) >= 2 * huge_page; }

  static float* allocate(std::size_t size) {
#ifdef __linux__
    if (is_large(size)) {
      void* all = ::mmap(nullptr, mapped(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (all == MAP_FAILED) throw std::bad_alloc{};
      ::madvise(all, mapped(size), MADV_HUGEPAGE);
      return static_cast<float*>(all);
    }
#endif
    return new (alignment) float[size]();
  }

  static void free(float* memory, std::size_t size) {
#ifdef __linux__
    if (is_large(size)) {
      ::munmap(memory, mapped(size));
      return;
    }
#endif
    ::operator delete[](memory, alignment);
  }

 private:
  static constexpr std::size_t mapped(std::size_t size) {
    return (size * sizeof(float) + huge_page - 1) / huge_page * huge_page;
  }
};

}  // namespace detail

/// Floats in host memory, zero at first, aligned for the widest vector registers. Move-only.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : size_{size} {
    if (size > 0) data_ = detail::FloatMemory::allocate(size);
  }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~AlignedBuffer() { release(); }

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  void release() {
    if (data_ != nullptr) detail::FloatMemory::free(data_, size_);
  }

  float* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace graft
