// SPDX-License-Identifier: MIT
// A backbone in small, with and without its top, and files of both.
#include <graft/backend/reference/reference.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/save.hpp>

#include "model/small_network.hpp"
#include "support/errors.hpp"
#include "weights/h5_builder.hpp"

namespace with_top_test {

using namespace graft;
using namespace graft::test;
using test::TempFolder;

namespace {

struct Classified : SmallArchitecture {
  template <std::size_t Classes>
  using top = Sequential<Named<"avg_pool", GlobalAveragePooling2D>, Named<"fc1", Dense<6, Relu>>,
                         Named<"predictions", Dense<Classes, Softmax>>>;
};
using Base = Network<Image<13, 15>, Classified, Rescale>;
using Top = WithTop<Base>;

static_assert(detail::HasTop<Classified> && !detail::HasTop<SmallArchitecture>);
static_assert(Top::output_shape == Shape{1000} && WithTop<Base, 7>::output_shape == Shape{7});
static_assert(Top::parameter_count == Base::parameter_count + 10 * 6 + 6 + 6 * 1000 + 1000);
static_assert(Top::Until<"fc1">::output_shape == Shape{6} && Top::Until<"mixed">::output_shape[2] == 24);
static_assert(std::is_same_v<Top::preprocessing, Rescale>);

// A weights-only file of a network, as Keras writes it; the last layer may have another name.
template <LayeredNetwork Net>
void write_weights(const std::string& path, std::span<const float> parameters, const std::string& last = "") {
  detail::ModelData<detail::OrderedJson> model;
  model.append(detail::network_layers<Net>(), parameters, true);
  if (!last.empty()) model.data.back().name = last;
  write_keras_h5(path, "", "", model.data);
}

template <LayeredNetwork Net>
Extractor<Net, Reference> loaded(const std::string& path) {
  Extractor<Net, Reference> extractor;
  extractor.load(path);
  return extractor;
}

}  // namespace

TEST_CASE("a network with its top loads a file with the top, and predicts probabilities") {
  const TempFolder folder;
  const auto parameters = trained_parameters<Top>(3);
  write_weights<Top>(folder / "top.h5", parameters);
  const auto classifier = loaded<Top>(folder / "top.h5");
  CHECK(same_bits(classifier.parameters(), parameters));
  const Tensor<2> p = classifier.predict(images(2));
  REQUIRE(p.shape(1) == 1000);
  double sum = 0.0;
  for (std::size_t i = 0; i < 1000; ++i) sum += double{p(1, i)};
  CHECK(sum == doctest::Approx(1.0));
  // The cut of it takes what it needs.
  const auto features = loaded<Top::Until<"conv_6">>(folder / "top.h5");
  CHECK(same_bits(features.parameters(), std::span{parameters}.first(Base::parameter_count)));
}

TEST_CASE("a file with the top is refused for a network without, cut or not") {
  const TempFolder folder;
  write_weights<Top>(folder / "top.h5", trained_parameters<Top>(3));
  const std::string expected =
      "top.h5: fc1: expected the weights of a network without its top; WithTop<Network> has one, received "
      "layer fc1 with kernel (10, 6), bias (6,)";
  const auto whole = error_of<WeightMismatch>([&] { loaded<Base>(folder / "top.h5"); });
  CHECK(whole.find(expected) != whole.npos);
  const auto cut = error_of<WeightMismatch>([&] { loaded<Base::Until<"mixed">>(folder / "top.h5"); });
  CHECK(cut.find(expected) != cut.npos);
  // Of any number of classes, and under the name that the published weights of MobileNet V2 have.
  using Five = WithTop<Base, 5>;
  write_weights<Five>(folder / "five.h5", trained_parameters<Five>(3), "Logits");
  CHECK(error_of<WeightMismatch>([&] { loaded<Base>(folder / "five.h5"); }).find("five.h5: fc1: expected") !=
        std::string::npos);
}

TEST_CASE("a backbone's weights come out of a model with a head of one's own") {
  const TempFolder folder;
  using Own = Model<Frozen<Base>, Sequential<GlobalAveragePooling2D, Dense<6, Relu>, Dense<1000, Softmax>>,
                    Reference>;
  Own net{Seed{2}};
  net.backbone().assign(trained_parameters<Base>(3));
  net.save(folder / "own.h5");
  CHECK(same_bits(loaded<Base>(folder / "own.h5").parameters(), net.backbone().parameters()));
}

TEST_CASE("a file without the top, or with one of other classes, is refused for a network with its top") {
  const TempFolder folder;
  write_weights<Base>(folder / "no_top.h5", trained_parameters<Base>(3));
  const auto none = error_of<WeightMismatch>([&] { loaded<Top>(folder / "no_top.h5"); });
  CHECK(
      none.find("no_top.h5: fc1: expected layer fc1 with kernel (10, 6), bias (6,), received the end of the "
                "file after layer conv_6") != none.npos);
  write_weights<Top>(folder / "top.h5", trained_parameters<Top>(3));
  const auto classes = error_of<WeightMismatch>([&] { loaded<WithTop<Base, 5>>(folder / "top.h5"); });
  CHECK(classes.find("top.h5: predictions/kernel: expected (6, 5), received (6, 1000)") != classes.npos);
}

}  // namespace with_top_test
