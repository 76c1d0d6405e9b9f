// SPDX-License-Identifier: MIT
// A model as Teachable Machine exports it: a Sequential of two, whose first has MobileNet V2 in it.

#include <graft/applications/mobile_net_v2.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/model.hpp>
#include <graft/weights/load.hpp>

#include "support/golden_application.hpp"

namespace teachable_machine_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class... Out>
using Net = Model<Frozen<MobileNetV2<Image<224, 224>, Alpha<35>>>,
                  Sequential<GlobalAveragePooling2D, Dense<100, Relu>, Out...>, ApplicationBackend>;

template <class N>
void check(const std::filesystem::path& file, const Tensor<4>& images, const std::string& name,
           float tolerance) {
  const Tensor<2> output = N::load(file).predict(images);
  const auto expected = Golden{"trained/teachable_machine"}(name);
  REQUIRE(expected.size() == output.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(std::fabs(output.data()[i] - expected[i]) < tolerance);
}

}  // namespace

TEST_CASE("Teachable Machine's keras_model.h5 is loaded whole, predicts what Keras does, and is compared") {
  const std::filesystem::path file = image_files::shared_data() / "weights/teachable_machine_keras_model.h5";
  if (!std::filesystem::exists(file)) {
    MESSAGE("skipped: " << file.filename().string() << " of GRAFT_DATA or ../shared/data is not there");
    return;
  }
  const Pixels pixels = image_files::pattern(224, 224);
  auto images = Tensor<4>::from_shape({2, 224, 224, 3});
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const float x = static_cast<float>(pixels.data()[i]) / 255.0f;
    images.data()[i] = x * 2 - 1;
    images.data()[pixels.size() + i] = (1 - x) * 2 - 1;
  }
  check<Net<Dense<2, Softmax, NoBias>>>(file, images, "output", 1e-6f);
  check<Net<>>(file, images, "hidden", 1e-4f);  // a model that ends before the file's does

  // One that computes something else does not take its weights.
  try {
    static_cast<void>(Net<Dense<2, Sigmoid, NoBias>>::load(file));
    FAIL("expected WeightMismatch, received none");
  } catch (const WeightMismatch& mismatch) {
    CHECK(mismatch.name == "dense_2");
    CHECK(mismatch.expected == "sigmoid");
    CHECK(mismatch.found == "softmax in its model_config");
  }
}

}  // namespace teachable_machine_test
