// SPDX-License-Identifier: MIT
#include <graft/layers/rescaling.hpp>

#include "support/golden_layer.hpp"

namespace rescaling_test {

using namespace graft;
using namespace graft::test;

namespace {

struct Scale : PerChannel {
  static constexpr std::array values{0.5, 2.0, -0.25, 1.0, 0.3};
};
struct Offset : PerChannel {
  static constexpr std::array values{0.0, 0.1, 0.2, 0.3, 0.4};
};
using ToOne = Rescaling<std::ratio<2, 255>, std::ratio<-1>>;

}  // namespace

static_assert(Layer<ToOne> && Layer<Rescaling<Scale>>);
static_assert(ToOne::output_shape({3, 4, 5}) == Shape{3, 4, 5} && ToOne::parameters({3, 4, 5}).empty());
static_assert(Rescaling<Scale>::accepts({3, 4, 5}) && Rescaling<Scale>::accepts({5}));
static_assert(!Rescaling<Scale>::accepts({3, 4, 3}) && !Rescaling<std::ratio<1>, Offset>::accepts({4}));

TEST_CASE_TEMPLATE("Rescaling computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, ToOne>("rescaling");
  check_golden<B, Shape{3, 4, 5}, Rescaling<Scale, Offset>>("rescaling_channels");
}

}  // namespace rescaling_test
