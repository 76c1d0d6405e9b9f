// SPDX-License-Identifier: MIT
#include <graft/model/trainable.hpp>

#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"

namespace trainable_test {

using namespace graft;
using namespace graft::test;

namespace {
using Net = detail::Bound<Shape{3}, Sequential<Dense<4, Relu>, Dense<2>>>;
}

TEST_CASE_TEMPLATE("a trainable part begins with Keras' initial values, from the seed", B,
                   GRAFT_MODEL_BACKENDS) {
  const Trainable<Net, B> head{Seed{8}};
  CHECK(head.parameters() == initial_parameters<Net>(Seed{8}, Part::head));
  CHECK(Trainable<Net, B>::parameter_count == 3 * 4 + 4 + 4 * 2 + 2);
}

TEST_CASE_TEMPLATE("parameters are read and replaced by name, or all at once", B, GRAFT_MODEL_BACKENDS) {
  Trainable<Net, B> head{Seed{8}};
  const xt::xarray<float> bias{1.0f, 2.0f, 3.0f, 4.0f};
  head.set_parameter("dense_1/bias", bias);
  CHECK(head.parameter("dense_1/bias") == bias);
  const xt::xarray<float> kernel = head.parameter("dense_1/kernel");
  CHECK(kernel.shape() == xt::xarray<float>::shape_type{3, 4});
  CHECK(kernel(2, 1) == head.parameters()[2 * 4 + 1]);

  const auto values = random_values(26, 1);
  head.assign(values);
  CHECK(head.parameters() == values);
  CHECK(head.parameter("dense_2/bias")(1) == values[25]);
}

TEST_CASE("a wrong size or name is an error and changes nothing") {
  Trainable<Net, Reference> head{Seed{8}};
  const auto before = head.parameters();
  CHECK(error_of<ShapeError>([&] { head.assign(std::vector<float>(25)); }) ==
        "parameters: expected 26 values, received 25");
  CHECK(error_of<ShapeError>([&] {
          head.set_parameter("dense_2/kernel", xt::xarray<float>{1.0f, 2.0f});
        }) == "dense_2/kernel: expected (4, 2), received 2 values");
  CHECK(error_of<Error>([&] {
          head.parameter("dense/kernel");
        }).find("one of dense_1/kernel, dense_1/bias, dense_2/kernel, dense_2/bias") != std::string::npos);
  CHECK(head.parameters() == before);
}

}  // namespace trainable_test
