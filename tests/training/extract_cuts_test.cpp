// SPDX-License-Identifier: MIT
#include <graft/data/preprocess.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/training/extract_cuts.hpp>

#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/counting_backend.hpp"
#include "support/errors.hpp"
#include "training/small_models.hpp"

namespace extract_cuts_test {

using namespace graft;
using namespace graft::test;

namespace {

/// What a plan does with values beside writing them to a place of their own: slices of a concatenation that
/// grows, a sum in the place of a term, flattened pixels, layers that compute nothing.
struct AliasArchitecture {
  static constexpr std::size_t minimum_size = 5;
  using preprocessings = TypeList<Rescale>;
  using layers =
      Sequential<Named<"pad", ZeroPadding2D<1>>, Named<"conv_1", Conv2D<4, Kernel<3>, Strides<2>, Relu>>,
                 Named<"grown", Concatenate<Sequential<>, Named<"conv_2", Conv2D<4, Kernel<3>, Same, Relu>>>>,
                 Named<"grown_again", Concatenate<Sequential<>, Named<"conv_3", Conv2D<8, Kernel<1>>>>>,
                 Named<"conv_4", Conv2D<16, Kernel<1>, NoBias>>, Named<"bn_4", BatchNormalization<>>,
                 Named<"sum", Add<Sequential<>, Sequential<Named<"conv_5", Conv2D<16, Kernel<3>, Same>>>>>,
                 Named<"relu", Activation<Relu>>, Named<"pool", MaxPooling2D<Kernel<2>>>,
                 Named<"drop", Dropout<50>>, Named<"flat", Flatten>, Named<"dense", Dense<5>>>;
};
using AliasBackbone = Network<Image<11, 9>, AliasArchitecture, Rescale>;

template <class Net, class B>
Extractor<Net, B> extractor() {
  Extractor<Net, B> whole;
  whole.assign(trained_parameters<Net>(7));
  return whole;
}

/// The features at one cut are those of the backbone that ends there, to the bit. A cut inside a branch has
/// fewer parameters before it: those are taken by name.
template <fixed_string Name, class Net, class B>
void check_cut(const Extractor<Net, B>& whole, const ImageFolder& folder, const CutFeatures& found) {
  using Part = typename Net::template Until<Name>;
  CAPTURE(Name.view());
  std::vector<float> parameters(Part::parameter_count);
  for (const ParameterEntry& entry : parameter_table<Part>()) {
    const ParameterEntry& source = find_parameter<Net>(entry.layer + "/" + entry.name);
    std::copy_n(whole.parameters().begin() + static_cast<std::ptrdiff_t>(source.offset), entry.shape.size(),
                parameters.begin() + static_cast<std::ptrdiff_t>(entry.offset));
  }
  Extractor<Part, B> part;
  part.assign(std::move(parameters));
  const FeatureSet& set = found.features;
  CHECK(found.cut.layer == Name.view());
  CHECK(found.cut.shape == Part::output_shape);
  CHECK(found.cut.parameters == Part::parameter_count);
  CHECK(found.cut.macs == Part::macs);
  CHECK(set.class_names() == folder.class_names());
  REQUIRE(set.feature_size() == Part::output_shape.size());
  REQUIRE(set.size() == folder.size());
  for (std::size_t i = 0; i < folder.size(); ++i) {
    CHECK(set.label(i) == folder.label(i));
    CHECK(set.origin(i) == i);
    const Tensor<3> input = part.preprocess(folder.load(i));
    auto batch = Tensor<4>::from_shape({1, input.shape(0), input.shape(1), 3});
    std::copy(input.begin(), input.end(), batch.begin());
    const auto expected = part.predict(batch);
    CHECK(same_bits(set.features(i), {expected.data(), expected.size()}));
  }
}

template <fixed_string... Names, class Net, class B>
void check_cuts(const Extractor<Net, B>& whole, const ImageFolder& folder, Threads threads) {
  const auto found = extract_cuts<Names...>(whole, folder, {}, threads);
  REQUIRE(found.size() == sizeof...(Names));
  std::size_t k = 0;
  (check_cut<Names>(whole, folder, found[k++]), ...);
}

}  // namespace

TEST_CASE_TEMPLATE("extract_cuts computes what backbones cut there do, in any order, also inside branches", B,
                   GRAFT_MODEL_BACKENDS) {
  const ImageClasses images{9};  // more than one batch of the extraction
  const ImageFolder folder{images.path()};
  const auto whole = extractor<SmallBackbone, B>();
  for (const std::size_t threads : {1u, 3u})
    check_cuts<"mixed", "relu_1", "conv_6", "conv_4", "relu_2", "pool">(whole, folder, Threads{threads});
}

TEST_CASE_TEMPLATE("extract_cuts finds values in slices, in the place of others, and flattened", B,
                   GRAFT_MODEL_BACKENDS) {
  const ImageClasses images{2};
  const ImageFolder folder{images.path()};
  check_cuts<"conv_1", "conv_2", "grown", "conv_3", "grown_again", "bn_4", "conv_5", "relu", "pool", "drop",
             "flat", "dense">(extractor<AliasBackbone, B>(), folder, Threads{2});
}

TEST_CASE("extract_cuts computes a batch at once where the backend does, in its own memory, and no further") {
  const ImageClasses images{20};
  const ImageFolder folder{images.path()};
  const auto whole = extractor<SmallBackbone, Counting>();
  check_cuts<"relu_1", "conv_6">(whole, folder, Threads{1});
  Counting::calls.clear();
  extract_cuts<"relu_1">(whole, folder);
  CHECK(Counting::count("conv2d_packed") == 3);  // conv_1 alone, of 16, 16 and 8 images
}

TEST_CASE("extract_cuts tells how long it takes to get to each layer") {
  const ImageClasses images{4};
  const auto found = extract_cuts<"conv_6", "relu_1">(extractor<SmallBackbone, Reference>(),
                                                      ImageFolder{images.path()}, {}, Threads{2});
  CHECK(found[1].cut.seconds > 0);
  CHECK(found[0].cut.seconds > found[1].cut.seconds);
}

TEST_CASE("extract_cuts leaves bad images out of every set, or stops at the first") {
  const ImageClasses images{5};
  images.add_bad_image("dark/1.png");
  const auto whole = extractor<SmallBackbone, Simd>();
  const auto found =
      extract_cuts<"relu_1", "mixed">(whole, ImageFolder{images.path(), {.on_bad_image = OnBadImage::skip}});
  for (const CutFeatures& cut : found) {
    CHECK(cut.features.size() == 9);
    CHECK(cut.features.left_out() == 1);
    CHECK(cut.features.origin(1) == 2);
  }
  CHECK(test::error_of<ImageError>([&] {
          extract_cuts<"relu_1">(whole, ImageFolder{images.path()});
        }).find("dark/1.png") != std::string::npos);
}

TEST_CASE("extract_cuts has one memory limit for all sets, and keeps in a file what exceeds it") {
  const ImageClasses images{3};
  const ImageFolder folder{images.path()};
  const auto whole = extractor<SmallBackbone, Simd>();
  const std::size_t pixels = 6 * 7 * sizeof(float) * folder.size();
  const auto found = extract_cuts<"mixed", "relu_1", "conv_6">(
      whole, folder, {.features = {.memory_limit = (24 + 10) * pixels, .directory = images.path()}});
  CHECK_FALSE(found[0].features.on_disk());  // 24 channels
  CHECK(found[1].features.on_disk());        // 16
  CHECK_FALSE(found[2].features.on_disk());  // 10
  check_cut<"relu_1">(whole, folder, found[1]);
}

TEST_CASE("what extract_cuts computed trains a head on a backbone cut there") {
  const ImageClasses images{6};
  const ImageFolder folder{images.path()};
  const auto whole = extractor<SmallBackbone, Simd>();
  const auto found = extract_cuts<"relu_1", "conv_6">(whole, folder);
  using Net = Model<Frozen<SmallBackbone>, Sequential<Flatten, Dense<1, Sigmoid>>>;
  Net once{Seed{5}}, again{Seed{5}};
  again.backbone().assign(trained_parameters<SmallBackbone>(7));
  const FitOptions<FeatureSet> quiet{.epochs = 2, .console = Console::quiet()};
  CHECK(same_history(once.fit(found[1].features, BinaryCrossentropy{}, RMSprop{}, quiet),
                     again.fit(again.extract(folder), BinaryCrossentropy{}, RMSprop{}, quiet)));
  CHECK(test::error_of<ShapeError>([&] {
          once.fit(found[0].features, BinaryCrossentropy{}, RMSprop{}, quiet);
        }).find("features of (6, 7, 10)") != std::string::npos);
}

TEST_CASE("extract_cuts needs weights") {
  const ImageClasses images{1};
  CHECK(test::error_of<Error>([&] {
          extract_cuts<"relu_1">(Extractor<SmallBackbone, Simd>{}, ImageFolder{images.path()});
        }).find("backbone: expected weights") == 0);
}

}  // namespace extract_cuts_test
