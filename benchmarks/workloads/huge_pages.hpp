// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <sys/mman.h>

namespace bench {

/// Floats in huge pages where the system has them, zero at first.
class HugePages {
 public:
  explicit HugePages(std::size_t count) : bytes_{(count * sizeof(float) + page - 1) / page * page} {
    // One page more than needed, so that the first float can lie at the beginning of a huge one.
    memory_ = mmap(nullptr, bytes_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc{};
    const auto address = reinterpret_cast<std::size_t>(memory_);
    data_ = reinterpret_cast<float*>((address + page - 1) / page * page);
    madvise(data_, bytes_, MADV_HUGEPAGE);
    for (std::size_t i = 0; i < bytes_ / sizeof(float); i += 1024) data_[i] = 0;
  }
  ~HugePages() { munmap(memory_, bytes_ + page); }
  HugePages(const HugePages&) = delete;
  HugePages& operator=(const HugePages&) = delete;

  float* data() const { return data_; }

 private:
  static constexpr std::size_t page = std::size_t{1} << 21;
  std::size_t bytes_;
  void* memory_;
  float* data_;
};

}  // namespace bench
