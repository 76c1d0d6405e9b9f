// SPDX-License-Identifier: MIT
#include <graft/applications/squeeze_net.hpp>
#include <graft/backend/device/recordings.hpp>
#include <graft/model/model.hpp>

#include "support/host_device.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>

namespace recordings_test {

using namespace graft;
using namespace graft::test;

namespace {

using Recordings = graft::detail::Recordings<HostDevice>;
using Recording = HostDevice::Recording;

// Adds to a number.
struct Add {
  float* to;
  float term = 1.0f;
  void operator()(device::Index) const { *to += term; }
};

}  // namespace

TEST_CASE("work is done, then recorded and replayed, then replayed") {
  HostDevice::Context context{Threads{1}};
  Recordings recordings;
  float number = 0.0f;
  std::size_t calls = 0;
  const auto run = [&](std::uintptr_t key) {
    recordings.run(context, {key}, [&] {
      ++calls;
      HostDevice::launch(context, 1, Add{&number});
    });
  };
  for (std::size_t i = 1; i <= 4; ++i) {
    run(7);
    CHECK(number == static_cast<float>(i));
    CHECK(calls == std::min<std::size_t>(i, 2));
  }
  run(8);  // other work
  CHECK(calls == 3);
  run(7);
  CHECK(calls == 3);

  HostDevice::scratch<float>(context, 100);  // moves
  run(7);
  CHECK(calls == 4);
  run(7);
  CHECK(calls == 5);
  run(7);
  CHECK(calls == 5);
  CHECK(number == 9.0f);
}

TEST_CASE("renewed work has the numbers of now, and the launches of before") {
  HostDevice::Context context{Threads{1}};
  Recordings recordings;
  float number = 0.0f, expected = 0.0f;
  const std::size_t made = Recording::made;
  const auto run = [&](float term, std::size_t launches) {
    recordings.renew(context, {}, [&] {
      for (std::size_t i = 0; i < launches; ++i) HostDevice::launch(context, 1, Add{&number, term});
    });
  };
  for (const float term : {1.0f, 10.0f, 100.0f, 1000.0f}) {
    run(term, 2);
    expected += 2 * term;
    CHECK(number == expected);
  }
  CHECK(Recording::made == made + 1);
  CHECK_THROWS_WITH_AS(run(1.0f, 3), "expected as many launches as were recorded", std::logic_error);
}

TEST_CASE("old recordings make room for new ones") {
  HostDevice::Context context{Threads{1}};
  Recordings recordings;
  float number = 0.0f;
  const std::size_t made = Recording::made;
  for (std::uintptr_t round = 0; round < 3; ++round)
    for (std::uintptr_t key = 0; key < 9; ++key)
      recordings.run(context, {key}, [&] { HostDevice::launch(context, 1, Add{&number}); });
  CHECK(number == 27.0f);
  CHECK(Recording::made == made);  // each has gone before it came again
}

TEST_CASE("a model predicts from recordings what it predicts without") {
  using Backbone = SqueezeNet<Image<48, 53>>::Until<"fire3/concat">;
  using Head = Sequential<GlobalAveragePooling2D, Dense<4, Relu>, Dense<3, Softmax>>;
  using Net = Model<Frozen<Backbone>, Head, Emulated>;
  Net net{Seed{1}};
  net.backbone().initialize(Seed{2});
  Net::Workspace workspace{4, Threads{1}};
  const auto check = [&](std::size_t batch, std::uint32_t subject) {
    const auto samples = random_values(batch * Net::input_shape.size(), subject);
    Net::Workspace fresh{4, Threads{1}};
    CHECK(same_bits(net.predict(samples, workspace), net.predict(samples, fresh)));
  };
  const std::size_t made = Recording::made, replays = Recording::replays;
  for (std::uint32_t i = 0; i < 4; ++i) check(2, i);
  CHECK(Recording::made == made + 1);
  CHECK(Recording::replays == replays + 3);
  for (std::uint32_t i = 0; i < 3; ++i) check(4, i);  // needs no more scratch: patches are made in pieces
  CHECK(Recording::made == made + 2);

  net.head().set_parameter("dense_1/bias", xt::xarray<float>{1.0f, -1.0f, 0.5f, 0.0f});
  check(2, 5);  // the same memory with other weights
  CHECK(Recording::made == made + 2);
  net.backbone().initialize(Seed{3});
  check(2, 6);  // other memory, or the same by chance: right in both cases
  check(2, 7);
}

}  // namespace recordings_test
