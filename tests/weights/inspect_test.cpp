// SPDX-License-Identifier: MIT
// Also tests weights/backbones.hpp and weights/backbone_fit.hpp. What real files fit, examples/CMakeLists.txt
// tests.
#include <graft/weights/inspect.hpp>

#include "h5_builder.hpp"
#include "model/small_network.hpp"
#include "support/errors.hpp"
#include <doctest/doctest.h>
#include <sstream>

namespace inspect_test {

using namespace graft;
using namespace graft::test;
using test::contains;
using test::TempFolder;

namespace {

/// The small network, one with another first layer, and one whose beginning is the small one's.
struct WiderArchitecture : SmallArchitecture {
  using layers = Sequential<Named<"conv_1", Conv2D<8, Kernel<3>, Strides<2>, NoBias>>>;
};
struct LongerArchitecture : SmallArchitecture {
  using layers = Sequential<SmallArchitecture::layers, Named<"conv_7", Conv2D<3, Kernel<1>>>>;
};
using Small = TypeList<NamedBackbone<"wider", Network<Image<13, 15>, WiderArchitecture, Rescale>>,
                       NamedBackbone<"small", SmallBackbone>>;
using WithLonger = TypeList<NamedBackbone<"small", SmallBackbone>,
                            NamedBackbone<"longer", Network<Image<13, 15>, LongerArchitecture, Rescale>>>;

template <class Net>
Extractor<Net, Reference> extractor() {
  Extractor<Net, Reference> result;
  result.assign(trained_parameters<Net>(1));
  return result;
}

std::string fits(const Inspection& inspection) {
  std::ostringstream text;
  for (const auto& fit : inspection.fits) text << fit << "; ";
  return text.str();
}

}  // namespace

TEST_CASE("every format is printed as a tree, with totals and the backbone that it fits") {
  const TempFolder folder;
  const auto net = extractor<SmallBackbone::Until<"conv_3">>();
  const auto print = [&](const std::string& name) {
    net.save(folder / name);
    std::ostringstream text;
    text << inspect<Small>(folder / name);
    return text.str().substr((folder / name).size());
  };
  CHECK(print("x.h5") == R"(: Keras .h5, Keras 2.10.0, weights and model
├─ input_1
├─ conv_1
│  └─ kernel (3, 3, 3, 16)
├─ bn_1
│  ├─ beta (16,)
│  ├─ moving_mean (16,)
│  └─ moving_variance (16,)
├─ relu_1
└─ conv_3
   ├─ kernel (1, 1, 16, 6)
   └─ bias (6,)
5 layers, 6 arrays, 582 numbers, 0.0 MB
fits small, up to conv_3
)");
}

TEST_CASE("names of layers and classes are there as far as the format tells") {
  const TempFolder folder;
  const auto net = extractor<SmallBackbone>();
  for (const char* name : {"x.h5", "x.keras", "x.weights.h5", "x.safetensors"}) {
    net.save(folder / name);
    const Inspection found = inspect<Small>(folder / name);
    CHECK(found.numbers == SmallBackbone::parameter_count);
    CHECK(found.arrays == 17);
    CHECK(found.bytes == 4 * SmallBackbone::parameter_count);
    CHECK(fits(found) == "small, whole; ");
    CHECK(found.has_model == (name == std::string{"x.h5"} || name == std::string{"x.keras"}));
  }
  std::ostringstream text;
  text << inspect<Small>(folder / "x.weights.h5");
  CHECK(contains(text.str(), "x.weights.h5: Keras 3 .weights.h5, weights only\n"));
  CHECK(contains(text.str(), "─ bn_1 (batch_normalization)\n│  ├─ 0 (16,)\n"));
}

TEST_CASE("how far a file goes: whole models, cuts, other networks") {
  const TempFolder folder;
  auto model = small_model<SmallModel<Reference>>();
  model.save(folder / "model.safetensors");
  CHECK(fits(inspect<Small>(folder / "model.safetensors")) == "small, whole; ");
  CHECK(fits(inspect<WithLonger>(folder / "model.safetensors")) == "small, whole; longer, up to conv_6; ");
  extractor<SmallBackbone::Until<"mixed">>().save(folder / "mixed.keras");
  CHECK(fits(inspect<Small>(folder / "mixed.keras")) == "small, up to mixed; ");
  extractor<SmallBackbone::Until<"mixed">>().save(folder / "mixed.safetensors");
  CHECK(fits(inspect<Small>(folder / "mixed.safetensors")) == "small, up to mixed; ");
  // conv_2 reads relu_1: a file that names no layers without parameters is taken up to it.
  extractor<SmallBackbone::Until<"bn_1">>().save(folder / "bn_1.h5");
  CHECK(fits(inspect<Small>(folder / "bn_1.h5")) == "small, up to bn_1; ");
  extractor<SmallBackbone::Until<"relu_1">>().save(folder / "relu_1.safetensors");
  CHECK(fits(inspect<Small>(folder / "relu_1.safetensors")) == "small, up to relu_1; ");
  using Head = Model<Input<4>, Sequential<Dense<3, Softmax>>, Reference>;
  Head{Seed{1}}.save(folder / "head.h5");
  std::ostringstream text;
  text << inspect<Small>(folder / "head.h5");
  CHECK(contains(text.str(), "fits no backbone of graft\n"));
}

TEST_CASE("a backbone at run time: cut, read, written, what is left out") {
  const TempFolder folder;
  auto model = small_model<SmallModel<Reference>>();
  model.save(folder / "model.keras");
  const Archive archive = Archive::open(folder / "model.keras");
  const RuntimeBackbone small = backbones<Small>()[1];
  CHECK(small.name() == "small");
  CHECK(small.last_layer() == "conv_6");
  CHECK(small.fits(archive));
  CHECK(!backbones<Small>()[0].fits(archive));
  CHECK(same_bits(small.read(archive), model.backbone().parameters()));
  CHECK(small.left_out(archive) == std::vector<std::string>{"dense_1", "dense_2"});

  const RuntimeBackbone cut = small.until("conv_3");
  CHECK(cut.is_cut());
  cut.write(folder / "cut.h5", cut.read(archive));
  Extractor<SmallBackbone::Until<"conv_3">, Reference> loaded;
  loaded.load(folder / "cut.h5");
  CHECK(loaded.parameter("conv_3/kernel") == model.backbone().parameter("conv_3/kernel"));
  CHECK(Archive::open(folder / "cut.h5").layers().size() == 5);
  CHECK(cut.left_out(archive).size() == 7);
  CHECK(contains(error_of<Error>([&] { small.until("conv_9"); }),
                 "until: expected a layer of small, received 'conv_9'"));
  CHECK_THROWS_AS(small.read(Archive::open(folder / "cut.h5")), WeightMismatch);
}

}  // namespace inspect_test
