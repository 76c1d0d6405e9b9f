// SPDX-License-Identifier: MIT
#include "model/small_network.hpp"
#include "support/backends.hpp"
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

// Every allocation of this program by `new` is counted. Not inlined, or g++ takes free() for a mistake.
namespace {
std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? std::malloc(size == 0 ? 1 : size)
                                                               : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size, 1); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate(size, 1); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t a) {
  return allocate(size, static_cast<std::size_t>(a));
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t a) {
  return allocate(size, static_cast<std::size_t>(a));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using namespace graft;
using namespace graft::test;

TEST_CASE_TEMPLATE("predicting on a workspace allocates nothing", B, GRAFT_MODEL_BACKENDS) {
  const auto model = small_model<SmallModel<B>>();
  const Tensor<4> batch = images(5);
  std::size_t before = allocations;
  typename SmallModel<B>::Workspace workspace{5, Threads{2}};
  CHECK(allocations > before);               // the counter counts
  model.predict(span_of(batch), workspace);  // OpenBLAS makes its own buffers on its first call

  const auto predict_all_sizes = [&] {
    for (const std::size_t count : {5u, 1u, 3u})
      model.predict(span_of(batch).first(count * SmallBackbone::input_shape.size()), workspace);
  };
  if (!B::reads_host_memory)  // a device makes a recording of each size on its second call
    for (int i = 0; i < 2; ++i) predict_all_sizes();
  before = allocations;
  predict_all_sizes();
  const std::size_t after = allocations;
  CHECK(after - before == 0);
}

TEST_CASE_TEMPLATE("two threads predict at once, with a workspace each, and get the same bits", B,
                   GRAFT_MODEL_BACKENDS) {
  const auto model = small_model<SmallModel<B>>();
  constexpr std::size_t rounds = 30, size = 4;
  std::vector<Tensor<4>> batches;
  std::vector<std::vector<float>> expected;
  typename SmallModel<B>::Workspace alone{size, Threads{1}};
  for (std::uint32_t i = 0; i < rounds; ++i) {
    batches.push_back(images(size, 100 + i));
    const auto result = model.predict(span_of(batches.back()), alone);
    expected.emplace_back(result.begin(), result.end());
  }
  std::atomic<std::size_t> different{0};
  const auto work = [&](std::size_t own_threads) {
    typename SmallModel<B>::Workspace workspace{size, Threads{own_threads}};
    for (std::size_t i = 0; i < rounds; ++i)
      if (!same_bits(model.predict(span_of(batches[i]), workspace), expected[i])) ++different;
  };
  std::thread other{work, 1};
  work(2);
  other.join();
  CHECK(different == 0);
}

TEST_CASE_TEMPLATE("a workspace outlives its model and serves another", B, GRAFT_MODEL_BACKENDS) {
  typename SmallModel<B>::Workspace workspace{2};
  CHECK(workspace.capacity() == 2);
  std::vector<float> first, second;
  {
    const auto model = small_model<SmallModel<B>>(Seed{1});
    const auto result = model.predict(span_of(images(2)), workspace);
    first.assign(result.begin(), result.end());
  }
  const auto model = small_model<SmallModel<B>>(Seed{2});
  const auto result = model.predict(span_of(images(2)), workspace);
  second.assign(result.begin(), result.end());
  CHECK_FALSE(same_bits(first, second));
  CHECK(same_bits(second, span_of(model.predict(images(2)))));
}
