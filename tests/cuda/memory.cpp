// SPDX-License-Identifier: MIT
// Memory of the GPU, and what is recorded on it.
#include <graft/graft_cuda.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>
#include <thread>

namespace cuda_memory_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("a buffer is zero at first, also where another one was before") {
  Cuda::Context context;
  for (int i = 0; i < 3; ++i) {
    Cuda::Buffer buffer{1 << 20};
    std::vector<float> values(buffer.size(), 1.0f);
    Cuda::download(context, buffer.data(), values);
    CHECK(std::all_of(values.begin(), values.end(), [](float v) { return v == 0.0f; }));
    const auto random = random_values(buffer.size(), 1);
    Cuda::upload(context, random, buffer.data());
    Cuda::download(context, buffer.data(), values);
    CHECK(same_bits(values, random));
  }
  CHECK(Cuda::room(context) > 0);
}

TEST_CASE("what there is no room for is one clear error") {
  try {
    const Cuda::Buffer buffer{std::size_t{1} << 50};
    FAIL("expected BackendError");
  } catch (const BackendError& error) {
    CHECK(std::string_view{error.what()}.find("cudaErrorMemoryAllocation") != std::string_view::npos);
  }
  Cuda::Context context;
  const Cuda::Buffer small{1};  // and the device goes on
  CHECK(small.data() != nullptr);
}

TEST_CASE("a model predicts from recordings what it predicts without, on one thread and then on another") {
  using Backbone = SqueezeNet<Image<48, 53>>::Until<"fire3/concat">;
  using Head = Sequential<GlobalAveragePooling2D, Dense<4, Relu>, Dense<3, Softmax>>;
  using Net = Model<Frozen<Backbone>, Head, CudaPrecise>;
  Net net{Seed{1}};
  net.backbone().initialize(Seed{2});
  Net::Workspace workspace{4};
  const auto check = [&](std::size_t batch, std::uint32_t subject) {
    const auto samples = random_values(batch * Net::input_shape.size(), subject);
    Net::Workspace fresh{4};
    CHECK(same_bits(net.predict(samples, workspace), net.predict(samples, fresh)));
  };
  for (std::uint32_t i = 0; i < 4; ++i) check(2, i);
  for (std::uint32_t i = 0; i < 4; ++i) check(4, i);
  std::thread{[&] {
    for (std::uint32_t i = 4; i < 8; ++i) check(2, i);
  }}.join();
  check(2, 9);
}

TEST_CASE("TF32 and bfloat16 compute what float32 does, to their digits") {
  using Net = SqueezeNet<Image<48, 53>>::Until<"fire3/concat">;
  auto batch = Tensor<4>::from_shape({3, 48, 53, 3});
  const auto values = random_values(batch.size(), 1);
  std::copy(values.begin(), values.end(), batch.data());
  const auto features = [&]<class B>() {
    Extractor<Net, B> extractor;
    extractor.initialize(Seed{1});
    const auto result = extractor.predict(batch);
    return std::vector<float>(result.data(), result.data() + result.size());
  };
  const auto expected = features.template operator()<Reference>();
  CHECK(difference(features.template operator()<CudaPrecise>(), expected) < 1e-5);
  CHECK(difference(features.template operator()<Cuda>(), expected) < 5e-3);
  const double bfloat16 = difference(features.template operator()<CudaBfloat16>(), expected);
  CHECK(bfloat16 < 0.03);
  CHECK(bfloat16 > 1e-5);
}

}  // namespace cuda_memory_test
