// SPDX-License-Identifier: MIT
// What Inception v3 computes with its trained weights.
#include <graft/applications/inception_v3.hpp>
#include <graft/backend/blas/blas.hpp>
#include <graft/weights/load.hpp>

#include "data/image_files.hpp"
#include "support/backends.hpp"
#include "support/golden.hpp"
#include "support/values.hpp"
#include <cmath>
#include <doctest/doctest.h>

namespace inception_v3_features_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class B>
using Mixed7On = Extractor<InceptionV3<Image<150, 150>>::Until<"mixed7">, B>;
using Mixed7 = Mixed7On<Blas>;

template <class B = Blas>
Mixed7On<B> loaded(const std::filesystem::path& weights) {
  Mixed7On<B> extractor;
  extractor.load(weights);
  return extractor;
}

const std::filesystem::path bundled =
    std::filesystem::path{GRAFT_SOURCE_DIR} / "examples/data/inception_v3_mixed7_f16.h5";

std::span<const float> span_of(const Tensor<4>& tensor) { return {tensor.data(), tensor.size()}; }

struct Differences {
  double largest = 0.0, mean = 0.0;
};
Differences differences(const Tensor<4>& a, const xt::xarray<float>& b) {
  REQUIRE(a.size() == b.size());
  Differences d;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::fabs(double{a.data()[i]} - double{b.data()[i]});
    d.largest = std::max(d.largest, difference);
    d.mean += difference / static_cast<double>(a.size());
  }
  return d;
}

}  // namespace

TEST_CASE_TEMPLATE("the bundled weights make of an image what they make of it in Keras", B, Blas, Emulated) {
  const Pixels image = image_files::pattern(150, 150);
  auto batch = Tensor<4>::from_shape({1, 150, 150, 3});
  for (std::size_t i = 0; i < batch.size(); ++i)
    batch.data()[i] = static_cast<float>(image.data()[i]) * static_cast<float>(1 / 255.);
  const Tensor<4> features = loaded<B>(bundled).predict(batch);
  const Golden golden{"inception_v3"};
  const auto expected = golden("mixed7_every_37");
  REQUIRE(features.size() == 7 * 7 * 768);
  REQUIRE(expected.size() == (features.size() + 36) / 37);
  double mean = 0.0;
  for (std::size_t i = 0; i < features.size(); ++i) mean += double{features.data()[i]};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(double{features.data()[37 * i]} - double{expected[i]}) <= 2e-4);
  }
  CHECK(mean / static_cast<double>(features.size()) ==
        doctest::Approx(double{golden("mixed7_mean")[0]}).epsilon(1e-5));
}

TEST_CASE("features of Inception v3 have the same bits for any number of threads, in any batch") {
  const Mixed7 extractor = loaded(bundled);
  constexpr std::size_t in = Mixed7::input_shape.size(), out = Mixed7::output_shape.size();
  auto batch = Tensor<4>::from_shape({3, 150, 150, 3});
  const auto values = random_values(batch.size(), 1);
  std::copy(values.begin(), values.end(), batch.data());
  const Tensor<4> one = extractor.predict(batch, Threads{1}), two = extractor.predict(batch, Threads{2});
  CHECK(same_bits(span_of(one), span_of(two)));
  auto single = Tensor<4>::from_shape({1, 150, 150, 3});
  std::copy_n(batch.data() + 2 * in, in, single.data());
  CHECK(same_bits(span_of(extractor.predict(single)), span_of(one).subspan(2 * out, out)));
}

TEST_CASE("mixed7 of two images is what an independent implementation computed") {
  const auto folder = image_files::shared_data();
  const auto weights = folder / "weights", golden = folder / "golden";
  if (folder.empty() || !std::filesystem::exists(weights / "inception_v3_notop.h5") ||
      !std::filesystem::exists(golden / "golden_input_2x150x150x3.npy")) {
    MESSAGE("skipped: the weights and golden features of GRAFT_DATA or ../shared/data are not there");
    return;
  }
  const Tensor<4> input = xt::load_npy<float>((golden / "golden_input_2x150x150x3.npy").string());
  const auto expected = xt::load_npy<float>((golden / "golden_mixed7_2x7x7x768.npy").string());
  const Differences full = differences(loaded(weights / "inception_v3_notop.h5").predict(input), expected);
  MESSAGE("float32 file: largest difference " << full.largest);
  CHECK(full.largest <= 2e-4);
  const Differences half =
      differences(loaded(weights / "inception_v3_mixed7_f16.h5").predict(input), expected);
  MESSAGE("float16 file: mean difference " << half.mean);
  CHECK(half.mean <= 5e-3);
}

}  // namespace inception_v3_features_test
