// SPDX-License-Identifier: MIT
#include <graft/training/batch_memory.hpp>

#include "support/backends.hpp"
#include <array>
#include <utility>

namespace batch_memory_test {

using namespace graft;

namespace {

template <class B, std::size_t Units>
struct Two {
  using backend = B;
  static constexpr Shape feature_shape{2}, output_shape{Units};
};

FeatureSet features(const std::vector<std::size_t>& labels, std::size_t classes) {
  FeatureSet set{labels.size(), 2, std::vector<std::string>(classes, "class")};
  std::vector<std::size_t> origins(labels.size());
  const std::span<float> values = set.append(origins, labels);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return set;
}

template <class B, std::size_t Units>
void check_gather(const std::vector<std::size_t>& labels, const std::vector<std::size_t>& samples,
                  const std::vector<float>& expected_x, const std::vector<float>& expected_t) {
  typename B::Context context{Threads{1}};
  const FeatureSet set = features(labels, Units == 1 ? 2 : Units);
  const auto check = [&](const detail::FeatureSource<B>& source) {
    detail::BatchMemory<Two<B, Units>> memory{4};
    memory.gather(context, source, samples);
    std::vector<float> x(expected_x.size()), t(expected_t.size());
    const auto batch = memory.use(context);
    CHECK(batch.size == samples.size());
    B::download(context, batch.x, x);
    B::download(context, batch.t, t);
    CHECK(x == expected_x);
    CHECK(t == expected_t);
  };
  check(set);
  check(detail::FeatureSource<B>::kept(context, set));
}

}  // namespace

TEST_CASE_TEMPLATE("a batch is gathered in the order asked for", B, GRAFT_MODEL_BACKENDS) {
  check_gather<B, 1>({0, 1, 1}, {2, 0}, {4, 5, 0, 1}, {1, 0});
  check_gather<B, 1>({0, 1, 1}, {1, 1, 0, 2}, {2, 3, 2, 3, 0, 1, 4, 5}, {1, 1, 0, 1});
  check_gather<B, 3>({0, 2, 1}, {1, 2, 0}, {2, 3, 4, 5, 0, 1}, {0, 0, 1, 0, 1, 0, 1, 0, 0});
  check_gather<B, 2>({1, 0}, {0, 1}, {0, 1, 2, 3}, {0, 1, 1, 0});
}

TEST_CASE("features are kept by a backend with memory of its own, if it has room") {
  using Source = detail::FeatureSource<test::Emulated>;
  test::Emulated::Context context{Threads{1}};
  const FeatureSet set = features({0, 1, 1}, 2);
  CHECK(Source{set}.rows() == nullptr);
  const Source kept = Source::kept(context, set);
  REQUIRE(kept.rows() != nullptr);
  std::vector<float> rows(6);
  test::Emulated::download(context, kept.rows(), rows);
  CHECK(rows == std::vector<float>{0, 1, 2, 3, 4, 5});

  const std::size_t room = std::exchange(test::HostDevice::floats_of_room, 5);
  CHECK(Source::kept(context, set).rows() == nullptr);
  test::HostDevice::floats_of_room = room;
  HostContext host{Threads{1}};
  CHECK(detail::FeatureSource<Simd>::kept(host, set).rows() == nullptr);
}

}  // namespace batch_memory_test
