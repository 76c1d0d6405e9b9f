// SPDX-License-Identifier: MIT
#include <graft/training/require_data.hpp>

#include "support/errors.hpp"
#include "training/small_models.hpp"

namespace require_data_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("one unit needs two classes, more units as many") {
  const auto require = [](auto units, std::size_t classes) {
    return error_of<DataError>([&] {
      detail::require_classes<decltype(units)::value>(FeatureSet{1, 1, class_names(classes)});
    });
  };
  using One = std::integral_constant<std::size_t, 1>;
  using Three = std::integral_constant<std::size_t, 3>;
  CHECK(require(One{}, 2) == "no exception");
  CHECK(require(Three{}, 3) == "no exception");
  CHECK(require(One{}, 1) == "data set: expected 2 classes, for a head with 1 unit, received 1 (class 0)");
  CHECK(require(Three{}, 2) ==
        "data set: expected 3 classes, for a head with 3 units, received 2 (class 0, class 1)");
}

TEST_CASE("a folder of other classes is called by its name") {
  const ImageClasses images{1, {"cat", "dog", "eel"}};
  CHECK(error_of<DataError>([&] { detail::require_classes<1>(ImageFolder{images.path()}); }) ==
        images.path().string() + ": expected 2 classes, for a head with 1 unit, received 3 (cat, dog, eel)");
}

TEST_CASE("features have the size that the head receives, and there is at least one") {
  using Net = Model<Input<4>, Sequential<Dense<1, Sigmoid>>>;
  const auto require = [](const FeatureSet& set) {
    return [&set] { detail::require_features<Net>(set, "validation data"); };
  };
  FeatureSet good{1, 4, class_names(2)}, large{1, 5, class_names(2)};
  const std::size_t zero[] = {0};
  large.append(zero, zero);
  CHECK(error_of<DataError>(require(good)) ==
        "validation data: expected at least one usable sample, received none");
  good.append(zero, zero);
  CHECK(error_of<Error>(require(good)) == "no exception");
  CHECK(error_of<ShapeError>(require(large)) ==
        "validation data: expected features of (4,), received 5 values a sample");
}

TEST_CASE("a batch holds at least one sample") {
  detail::require_batch_size(1);
  CHECK(error_of<ShapeError>([] { detail::require_batch_size(0); }) ==
        "batch size: expected at least 1, received 0");
}

}  // namespace require_data_test
