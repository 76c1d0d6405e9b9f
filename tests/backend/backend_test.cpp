// SPDX-License-Identifier: MIT
// The seam between models and backends: a model trains and predicts on a backend whose memory it cannot
// touch.
#include <graft/backend/backend.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/training/fit.hpp>

#include "support/backends.hpp"
#include "support/counting_backend.hpp"
#include "support/passes.hpp"

namespace backend_test {

using namespace graft;
using namespace graft::test;

static_assert(Backend<Reference> && Backend<Blas> && Backend<Emulated> && Backend<Counting>);
static_assert(!Backend<HostMemory>, "memory alone is no backend");

namespace {

struct AsItIs {};
struct Small {
  static constexpr std::size_t minimum_size = 9;
  using preprocessings = TypeList<AsItIs>;
  using layers = Sequential<
      Conv2D<4, Kernel<3>, Strides<2>, NoBias>, BatchNormalization<NoScale>, Activation<Relu>,
      Concatenate<Conv2D<2, Kernel<1>, Relu>, Sequential<ZeroPadding2D<1>, Conv2D<3, Kernel<3>>>,
                  Sequential<ZeroPadding2D<1>, AveragePooling2D<Kernel<3>, Strides<1>>>, Sequential<>>,
      MaxPooling2D<Kernel<2>>, BatchNormalization<>>;
};
constexpr std::size_t convolutions = 3;
using Backbone = Network<Image<9, 11>, Small, AsItIs>;
using Head = Sequential<Flatten, Dense<6, Relu>, Dropout<25>, Dense<3, Softmax>>;
template <class B>
using Grafted = Model<Frozen<Backbone>, Head, B>;
// A head that is a network of its own, so that every backward primitive runs.
using Deep = Sequential<
    Conv2D<3, Kernel<3>, Same, Relu>, BatchNormalization<>, MaxPooling2D<Kernel<2>>,
    Rescaling<std::ratio<1, 2>>, Normalization,
    Multiply<Sequential<>, Sequential<GlobalAveragePooling2DKeepDims, Conv2D<3, Kernel<1>, Swish>>>,
    Add<Sequential<>, DepthwiseConv2D<Kernel<3>, Same>>,
    Concatenate<Conv2D<2, Kernel<1>>, AveragePooling2D<Kernel<3>, Strides<1>, Same>>, ZeroPadding2D<1>,
    Conv2D<4, Kernel<3>, Tanh>, Activation<Relu>, GlobalAveragePooling2D, Dropout<20>, Dense<1, Sigmoid>>;
template <class B>
using Alone = Model<Image<9, 11>, Deep, B>;

constexpr std::size_t samples = 37;

TensorData<4> data(std::size_t classes) {
  auto x = Tensor<4>::from_shape({samples, 9, 11, 3});
  const auto values = random_values(x.size(), 5);
  std::copy(values.begin(), values.end(), x.data());
  std::vector<std::size_t> labels(samples);
  for (std::size_t i = 0; i < samples; ++i) labels[i] = i * i % classes;
  std::vector<std::string> names{"a", "b", "c"};
  names.resize(classes);
  return {std::move(x), std::move(labels), std::move(names)};
}

// Counting's model with a backbone, then Reference's, made the same way.
template <class B>
Grafted<B> with_backbone() {
  Grafted<B> model{Seed{3}, Threads{2}};
  model.backbone().initialize(Seed{4});
  return model;
}

template <class T>
std::span<const float> values(const T& tensor) {
  return {tensor.data(), tensor.size()};
}

std::size_t backward_calls() {
  std::size_t sum = 0;
  for (const auto& [primitive, number] : Counting::calls)
    if (primitive.find("backward") != std::string_view::npos) sum += number;
  return sum;
}

void check_equal(const History& a, const History& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].loss == b[i].loss);
    CHECK(a[i].accuracy == b[i].accuracy);
    CHECK(a[i].val_loss == b[i].val_loss);
    CHECK(a[i].val_accuracy == b[i].val_accuracy);
  }
}

}  // namespace

TEST_CASE("predict on a backend whose memory is its own") {
  const auto counting = with_backbone<Counting>();
  const auto reference = with_backbone<Reference>();
  const auto set = data(3);
  Counting::calls.clear();
  const Tensor<2> result = counting.predict(set.samples());
  CHECK(same_bits(values(result), values(reference.predict(set.samples()))));
  CHECK(Counting::count("stage") == 1);
  CHECK(Counting::count("split_batch") == 1);
  CHECK(Counting::count("conv2d_packed") == convolutions);  // all samples at once
  CHECK(Counting::count("conv2d") == 0);
  CHECK(Counting::count("scale_shift") == 1);  // the other is folded into its convolution
  CHECK(Counting::count("pool2d") == 2);
  CHECK(Counting::count("zero_pad") == 1);  // the other is its convolution's
  CHECK(Counting::count("dense") == 2);
  CHECK(Counting::count("dropout") == 0);
  CHECK(Counting::count("download") == 1);
  CHECK(backward_calls() == 0);
  CHECK(Counting::count("update") == 0);

  CHECK(same_bits(values(counting.backbone().predict(set.samples())),
                  values(reference.backbone().predict(set.samples()))));
}

TEST_CASE("one workspace predicts batches of any size up to its capacity") {
  const auto counting = with_backbone<Counting>();
  const auto reference = with_backbone<Reference>();
  Grafted<Counting>::Workspace workspace{samples, Threads{1}};
  Grafted<Reference>::Workspace reference_workspace{samples, Threads{3}};
  const auto set = data(3);
  constexpr std::size_t size = 9 * 11 * 3;
  for (const std::size_t count : {samples, std::size_t{1}, std::size_t{5}}) {
    const std::span batch{set.samples().data() + size, (count - (count == samples ? 1 : 0)) * size};
    CHECK(same_bits(counting.predict(batch, workspace), reference.predict(batch, reference_workspace)));
  }
}

TEST_CASE("extract, fit and evaluate a head on a frozen part") {
  auto counting = with_backbone<Counting>();
  auto reference = with_backbone<Reference>();
  const auto set = data(3);
  Counting::calls.clear();
  const FeatureSet features = counting.extract(set), expected = reference.extract(set);
  REQUIRE(features.size() == samples);
  for (std::size_t i = 0; i < samples; ++i) CHECK(same_bits(features.features(i), expected.features(i)));
  constexpr std::size_t extractions = (samples + 15) / 16;
  CHECK(Counting::count("conv2d_packed") == extractions * convolutions);
  CHECK(Counting::count("dense") == 0);

  const auto options = [](const auto& validation) {
    FitOptions<FeatureSet> o;
    o.epochs = 2;
    o.batch_size = 10;
    o.validation = &validation;
    o.console = Console::quiet();
    return o;
  };
  Counting::calls.clear();
  const History history = counting.fit(features, CategoricalCrossentropy{}, RMSprop{}, options(features));
  check_equal(history, reference.fit(expected, CategoricalCrossentropy{}, RMSprop{}, options(expected)));
  CHECK(counting.head().parameters() == reference.head().parameters());
  CHECK(counting.head().parameters() != with_backbone<Reference>().head().parameters());
  constexpr std::size_t batches = 4, steps = 2 * batches;
  CHECK(Counting::count("dense") == 2 * (steps + 2 * batches));  // training, and validation after each epoch
  CHECK(Counting::count("loss") == steps + 2 * batches);
  CHECK(Counting::count("dropout") == steps);
  CHECK(Counting::count("dropout_backward") == steps);
  CHECK(Counting::count("dense_update") == 2 * steps);  // no gradient of a kernel is ever stored
  CHECK(Counting::count("dense_backward_kernel") == 0);
  CHECK(Counting::count("dense_backward_input") == steps);  // none of the features
  CHECK(Counting::count("update") == 0);
  CHECK(Counting::count("stage") == 2 * (steps + 2 * batches));  // targets, and numbers of rows
  CHECK(Counting::count("gather_rows") == steps + 2 * batches);  // of features that the backend keeps
  CHECK(Counting::count("conv2d_packed") == 0);

  // From the samples themselves: the frozen part computes once, and never backwards.
  FitOptions<TensorData<4>> from_samples;
  from_samples.epochs = 3;
  from_samples.validation = &set;
  from_samples.console = Console::quiet();
  Counting::calls.clear();
  check_equal(counting.fit(set, CategoricalCrossentropy{}, RMSprop{}, from_samples),
              reference.fit(set, CategoricalCrossentropy{}, RMSprop{}, from_samples));
  CHECK(Counting::count("conv2d_packed") == 2 * extractions * convolutions);  // training and validation data
  CHECK(Counting::count("conv2d") == 0);
  CHECK(Counting::count("conv2d_backward_kernel") == 0);
  CHECK(Counting::count("conv2d_backward_input") == 0);
  CHECK(Counting::count("pool2d_backward") == 0);
  CHECK(Counting::count("batch_norm_training") == 0);

  Counting::calls.clear();
  const Evaluation e = counting.evaluate(features, CategoricalCrossentropy{});
  const Evaluation r = reference.evaluate(expected, CategoricalCrossentropy{});
  CHECK(e.loss == r.loss);
  CHECK(e.accuracy == r.accuracy);
  CHECK(backward_calls() == 0);
  CHECK(Counting::count("dropout") == 0);
  CHECK(same_bits(values(counting.predict(features)), values(reference.predict(expected))));
}

TEST_CASE("a whole network trains on a backend whose memory is its own") {
  Alone<Counting> counting{Seed{5}, Threads{1}};
  Alone<Reference> reference{Seed{5}, Threads{2}};
  const auto set = data(2);
  FitOptions<TensorData<4>> options;
  options.epochs = 2;
  options.batch_size = 8;
  options.validation = &set;
  options.console = Console::quiet();
  Counting::calls.clear();
  check_equal(counting.fit(set, BinaryCrossentropy{}, RMSprop{}, options),
              reference.fit(set, BinaryCrossentropy{}, RMSprop{}, options));
  CHECK(counting.head().parameters() == reference.head().parameters());
  constexpr std::size_t steps = 2 * 5, validations = 2 * 5;
  CHECK(Counting::count("conv2d") == 4 * (steps + validations));
  CHECK(Counting::count("conv2d_packed") == 0);
  CHECK(Counting::count("conv2d_backward_kernel") == 4 * steps);
  CHECK(Counting::count("conv2d_backward_input") == 3 * steps);  // the first one reads the samples
  CHECK(Counting::count("batch_norm_training") == steps);
  CHECK(Counting::count("batch_norm_training_backward") == steps);
  CHECK(Counting::count("batch_norm") == validations);
  CHECK(Counting::count("pool2d_backward") == 2 * steps);
  CHECK(Counting::count("zero_pad_backward") == steps);
  CHECK(Counting::count("global_average_pool_backward") == 2 * steps);
  CHECK(Counting::count("depthwise_conv2d") == steps + validations);
  CHECK(Counting::count("depthwise_conv2d_backward_kernel") == steps);
  CHECK(Counting::count("depthwise_conv2d_backward_input") == steps);
  CHECK(Counting::count("accumulate") == 4 * steps + validations);  // Activation backward, Add both ways
  CHECK(Counting::count("activation_backward") == 4 * steps);
  CHECK(Counting::count("multiply") == steps + validations);
  CHECK(Counting::count("multiply_backward") == steps);
  CHECK(Counting::count("rescale_backward") == steps);
  CHECK(Counting::count("normalize") == steps + validations);
  CHECK(Counting::count("normalize_backward") == steps);
  CHECK(same_bits(values(counting.predict(set.samples())), values(reference.predict(set.samples()))));
}

TEST_CASE("parameters of a head go to the backend and come back") {
  Alone<Counting> model{Seed{5}, Threads{1}};
  CHECK(model.head().parameters() == Alone<Reference>{Seed{5}}.head().parameters());
  xt::xarray<float> bias = model.head().parameter("dense_1/bias");
  bias(0) = 0.75f;
  model.head().set_parameter("dense_1/bias", bias);
  CHECK(model.head().parameter("dense_1/bias")(0) == 0.75f);
}

TEST_CASE("Counting notices memory of the host where its own is expected") {
  Counting::Context context{Threads{1}};
  float host = 0.0f;
  CHECK_THROWS_AS(Counting::fill_zero(context, &host, 1), std::logic_error);
  Counting::Buffer own{4};
  CHECK_NOTHROW(Counting::fill_zero(context, own.data() + 3, 1));
}

}  // namespace backend_test
