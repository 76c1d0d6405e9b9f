// SPDX-License-Identifier: MIT
#include <graft/backend/host_context.hpp>

#include <array>
#include <doctest/doctest.h>
#include <vector>

namespace host_context_test {

using namespace graft;

TEST_CASE("every worker has scratch memory of its own") {
  HostContext context{Threads{3}};
  CHECK(context.team().size() == 3);
  for (std::size_t worker = 0; worker < 3; ++worker) {
    std::fill_n(context.scratch(worker), HostContext::scratch_size, static_cast<float>(worker));
    CHECK(context.scratch(worker) == context.scratch(0) + worker * HostContext::scratch_size);
  }
  CHECK(context.scratch(0)[HostContext::scratch_size - 1] == 0.0f);
  CHECK(context.scratch(1)[0] == 1.0f);
}

TEST_CASE("host memory is backend memory as it stands") {
  HostContext context{Threads{1}};
  AlignedBuffer buffer{4};
  HostMemory::Staging staging{4};
  const std::array values{1.0f, 2.0f, 3.0f, 4.0f};
  staging.begin(context, values);
  CHECK(staging.use(context).data() == values.data());
  HostMemory::upload(context, values, buffer.data());
  std::array<float, 4> back{};
  HostMemory::download(context, buffer.data(), back);
  CHECK(back == values);
  HostMemory::fill_zero(context, buffer.data() + 1, 2);
  HostMemory::download(context, buffer.data(), back);
  CHECK(back == std::array{1.0f, 0.0f, 0.0f, 4.0f});
}

TEST_CASE("split_batch computes every image once, in the slot of a worker") {
  HostContext context{Threads{2}};
  std::vector<int> images(9);
  std::atomic<bool> in_range{true};
  HostMemory::split_batch(
      context, images.size(), [&](std::size_t first, std::size_t count, std::size_t slot) {
        for (std::size_t i = first; i < first + count; ++i) ++images[i];
        if (slot >= HostMemory::slots(context) || count > HostMemory::images_per_slot(images.size()))
          in_range = false;
      });
  CHECK(images == std::vector<int>(9, 1));
  CHECK(in_range);
}

}  // namespace host_context_test
