// SPDX-License-Identifier: MIT
#include <graft/backend/reference/training.hpp>

#include "support/backends.hpp"
#include "support/values.hpp"

namespace training_test {

using namespace graft;
using namespace graft::test;

namespace {

// A loss with nothing in it but traceable numbers.
struct Squares {
  static float value(const float* z, const float* t, std::size_t units) {
    float sum = 0.0f;
    for (std::size_t u = 0; u < units; ++u) sum += (z[u] - t[u]) * (z[u] - t[u]);
    return sum;
  }
  static float accuracy(const float* z, const float* t, std::size_t) { return z[0] == t[0] ? 1.0f : 0.0f; }
  static void gradient(const float* z, const float* t, std::size_t units, float weight, float* dz) {
    for (std::size_t u = 0; u < units; ++u) dz[u] = weight * 2.0f * (z[u] - t[u]);
  }
};

struct Halving {
  static constexpr std::size_t slots = 1;
  template <class V>
  void operator()(V& w, V g, V* slot) const {
    slot[0] = slot[0] + g;
    w = V(0.5f) * w - slot[0];
  }
};

}  // namespace

TEST_CASE_TEMPLATE("loss sums over the samples and gives the gradient of their mean", B,
                   GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const std::vector<float> z{1, 2, 3, 4, 5, 6, 7, 8}, t{1, 0, 3, 3, 4, 6, 7, 8};  // (4, 2)
  auto dz = poison(8), of_rows = poison(8);
  B::template loss<Squares, 2>(context, Squares{}, 4, z.data(), t.data(), dz.data(), of_rows.data());
  CHECK(std::accumulate(of_rows.begin(), of_rows.begin() + 4, 0.0f) == 6.0f);
  CHECK(std::accumulate(of_rows.begin() + 4, of_rows.end(), 0.0f) == 3.0f);
  CHECK(dz == std::vector<float>{0, 1, 0, 0.5f, 0.5f, 0, 0, 0});
  auto alone = poison(8);
  B::template loss<Squares, 2>(context, Squares{}, 4, z.data(), t.data(), nullptr, alone.data());
  CHECK(alone == of_rows);
}

TEST_CASE_TEMPLATE("update applies the rule to each weight with its own slots", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  constexpr std::size_t count = 21;
  std::vector<float> w(count), g(count), m(count);
  for (std::size_t i = 0; i < count; ++i) {
    w[i] = static_cast<float>(8 * i);
    g[i] = static_cast<float>(i);
    m[i] = static_cast<float>(100 + i);
  }
  B::update(context, Halving{}, count, w.data(), g.data(), {m.data()});
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(m[i] == static_cast<float>(100 + 2 * i));
    CHECK(w[i] == static_cast<float>(4 * i) - m[i]);
  }
}

}  // namespace training_test
