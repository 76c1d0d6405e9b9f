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

TEST_CASE("the next values are copied while the ones before are read") {
  constexpr std::size_t size = 1 << 22;
  Cuda::Context context;
  Cuda::Staging staging[]{Cuda::Staging{size}, Cuda::Staging{size}};
  constexpr ElementwiseSpec same{contiguous({size}), contiguous({size})};
  std::vector<float> values[9], result(size);
  std::vector<Cuda::Buffer> results;
  for (std::uint32_t i = 0; i < 9; ++i) {
    values[i] = random_values(size, i);
    results.emplace_back(size);
  }
  std::vector<float> host = values[0];
  staging[0].begin(context, host);
  for (std::size_t i = 0; i < 9; ++i) {
    const auto use = staging[i % 2].use(context);
    if (i + 1 < 9) {
      host = values[i + 1];  // what has been taken may change
      staging[(i + 1) % 2].begin(context, host);
    }
    for (int repeated = 0; repeated < 20; ++repeated)
      Cuda::activation<same, Linear>(context, 1, use.data(), results[i].data());
  }
  for (std::size_t i = 0; i < 9; ++i) {
    Cuda::download(context, results[i].data(), result);
    CHECK(same_bits(result, values[i]));
  }
}

TEST_CASE_TEMPLATE("steps from a recording are those that are told one by one", O, SGD, RMSprop, Adam) {
  // From another place each time, and nothing is the same twice; from one place, and it is recorded.
  using Net = Model<Input<40>, Sequential<Dense<64, Relu>, Dropout<50>, Dense<1, Sigmoid>>, CudaPrecise>;
  constexpr std::size_t batch = 6;
  using Trained = Trainer<Net::head_network, CudaPrecise, BinaryCrossentropy, O>;
  CudaPrecise::Context context;
  Net recorded{Seed{4}}, told{Seed{4}};
  Trained from_recording{recorded.head().data(), {}, O{}, Seed{6}, batch},
      one_by_one{told.head().data(), {}, O{}, Seed{6}, batch};
  const auto samples = random_values(batch * 40, 8);
  const std::vector<float> targets{1, 0, 0, 1, 1, 0};
  CudaPrecise::Buffer x{samples.size()}, t{batch};
  CudaPrecise::upload(context, samples, x.data());
  CudaPrecise::upload(context, targets, t.data());
  std::vector<CudaPrecise::Buffer> places;
  for (std::size_t step = 0; step < 6; ++step) {
    CudaPrecise::upload(context, samples, places.emplace_back(samples.size()).data());
    const LossSums expected = one_by_one.step(context, batch, places.back().data(), t.data());
    const LossSums sums = from_recording.step(context, batch, x.data(), t.data());
    CHECK(sums.loss == expected.loss);
    CHECK(recorded.head().parameters() == told.head().parameters());
  }
}

}  // namespace cuda_memory_test
