// SPDX-License-Identifier: MIT
// The kernel that convolves on tensor cores, run by threads of the processor: every tile, for both factors,
// with products of a warp and of four, and whatever the order of threads, copies and products. tests/cuda/
// has the same on a GPU.
#include <graft/backend/cuda/convolve_tile.hpp>

#include "support/emulated_block.hpp"
#include "support/frozen_convolution_runs.hpp"
#include "support/host_device.hpp"
#include <doctest/doctest.h>

namespace cuda_convolve_tile_test {

using namespace graft;
using namespace graft::test;

namespace {

/// A device that convolves by the kernel for a block.
template <class Hardware, class Block, device::Index Width>
struct WithBlock : HostDevice {
  static inline EmulatedBlock::Way way;

  template <class F>
  static void convolve(Context&, const device::Convolution<F>& c) {
    for (device::Index number = 0; number < cuda::blocks_of<Block>(c); ++number)
      EmulatedBlock::run(Block::threads, number, cuda::TileMemory<F, Block>::size, way,
                         [&] { cuda::convolve_tile<Hardware, F, Block, Width>(c); });
  }
};

template <class Factor, class Hardware, class Block, device::Index Width>
struct Backend : graft::detail::WithFactor<Emulated, WithBlock<Hardware, Block, Width>, Factor> {};

template <class Hardware, Conv2dSpec S, class Act, class Block, device::Index Width>
void check_hardware(std::size_t batch) {
  for (const EmulatedBlock::Way way : {EmulatedBlock::Way{.late_copies = false, .backwards = false},
                                       EmulatedBlock::Way{.late_copies = true, .backwards = true}}) {
    CAPTURE(way.late_copies);
    WithBlock<Hardware, Block, Width>::way = way;
    check_frozen_convolution<Backend<device::Tf32, Hardware, Block, Width>, device::Tf32, S, Act>(batch);
    check_frozen_convolution<Backend<device::Bfloat16, Hardware, Block, Width>, device::Bfloat16, S, Act>(
        batch);
  }
}

template <Conv2dSpec S, class Act, class Block, device::Index Width>
void check_block(std::size_t batch) {
  CAPTURE(Block::rows);
  CAPTURE(Block::columns);
  {
    INFO("a warp multiplies by itself");
    check_hardware<EmulatedBlock, S, Act, Block, Width>(batch);
  }
  INFO("four warps multiply together");
  check_hardware<EmulatedWarpgroups, S, Act, Block, Width>(batch);
}

template <Conv2dSpec S, class Act = Relu>
void check_every_block(std::size_t batch) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (check_block<S, Act, cuda::Block<device::tiles[I].rows, device::tiles[I].columns>, 4>(batch), ...);
  }
  (std::make_index_sequence<std::size(device::tiles)>{});
}

}  // namespace

TEST_CASE("every tile of a convolution is what Reference computes from rounded factors") {
  // More than one tile both ways, none of them full; images end within a tile; windows reach over borders.
  check_every_block<conv2d_spec<Kernel<3>, Strides<1>, Same>({7, 6, 16}, 132, 0, 4)>(4);
  check_every_block<conv2d_spec<Kernel<1>, Strides<1>, Valid>({12, 12, 8}, 33, 4), Linear>(1);
  check_every_block<conv2d_spec<Kernel<1, 7>, Strides<2>, Same>({9, 9, 40}, 36), Swish>(3);
}

TEST_CASE("maps that do not lie in fours are copied one float at a time") {
  check_block<conv2d_spec<Kernel<3>, Strides<2>, Valid>({15, 14, 3}, 32), Relu, cuda::Block<64, 32>, 1>(2);
  check_block<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 6}, 9, 2, 1), Relu, cuda::Block<64, 32>, 1>(2);
}

TEST_CASE("a block's threads wait for each other, or that they do not is found") {
  EmulatedBlock::Way way{};
  const auto run = [&](auto&& body) { EmulatedBlock::run(64, 3, 256, way, body); };
  for (const bool backwards : {false, true}) {
    way.backwards = backwards;
    std::vector<int> seen(64);
    run([&] {
      auto* numbers = EmulatedBlock::pointer<int>(EmulatedBlock::memory());
      const auto thread = EmulatedBlock::thread();
      numbers[thread] = static_cast<int>(thread);
      EmulatedBlock::synchronize();
      seen[thread] = numbers[63 - thread];
    });
    for (int i = 0; i < 64; ++i) CHECK(seen[static_cast<std::size_t>(i)] == 63 - i);
  }
  CHECK_THROWS_WITH_AS(run([] {
                         if (EmulatedBlock::thread() != 5) EmulatedBlock::synchronize();
                       }),
                       "expected all threads of a warp or a block to meet, received some that wait",
                       std::logic_error);
  CHECK_THROWS_WITH_AS(run([] { EmulatedBlock::pointer<float>(EmulatedBlock::memory() + 256); }),
                       "expected a place in the block's memory, received another one", std::logic_error);
}

TEST_CASE("a copy in the background is there when it has been waited for, not before") {
  const float value = 7.0f;
  float before = 0.0f, after = 0.0f;
  EmulatedBlock::run(32, 0, 128, {.late_copies = true, .backwards = false}, [&] {
    if (EmulatedBlock::thread() != 0) return;
    EmulatedBlock::copy_async<4>(EmulatedBlock::memory(), &value, true);
    EmulatedBlock::close_copies();
    EmulatedBlock::wait_for_copies<1>();
    before = *EmulatedBlock::pointer<float>(EmulatedBlock::memory());
    EmulatedBlock::wait_for_copies<0>();
    after = *EmulatedBlock::pointer<float>(EmulatedBlock::memory());
  });
  CHECK(before != before);
  CHECK(after == 7.0f);
}

}  // namespace cuda_convolve_tile_test
