// SPDX-License-Identifier: MIT
#include <graft/layers/composition.hpp>

#include "support/golden_layer.hpp"
#include <initializer_list>

namespace composition_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr Shape map{2, 3, 2};

// A convolution that picks channels: its kernel has a single 1 for each filter, so nothing is rounded.
template <std::size_t Filters>
using Pick = Conv2D<Filters, Kernel<1>, NoBias>;

// The kernels of all Picks of a network; `channels` lists for each filter of each the channel it picks.
template <LayeredNetwork N>
std::vector<float> picks(std::initializer_list<std::size_t> channels) {
  std::vector<float> values(graph_of<N>.parameter_count);
  auto channel = channels.begin();
  for (const ParameterEntry& entry : parameter_table<N>())
    for (std::size_t f = 0; f < entry.shape[3]; ++f)
      values[entry.offset + *channel++ * entry.shape[3] + f] = 1.0f;
  REQUIRE(channel == channels.end());
  return values;
}

// (pixels, channels) -> those of its channels, in that order
std::vector<float> gather(const std::vector<float>& values, std::size_t channels,
                          std::initializer_list<std::size_t> wanted) {
  std::vector<float> result;
  for (std::size_t pixel = 0; pixel < values.size() / channels; ++pixel)
    for (const std::size_t c : wanted) result.push_back(values[pixel * channels + c]);
  return result;
}

// Checks a network that only moves values: output channel k is input channel `from[k]`, and gradients flow
// back the same way, adding up where a channel was used twice. Where values lie is the plan's affair, the
// same for all backends; that they write into slices rightly is tested with their primitives.
template <LayeredNetwork N>
void check_moves(std::initializer_list<std::size_t> kernels, std::initializer_list<std::size_t> from) {
  constexpr std::size_t batch = 3, channels = N::input_shape.channels();
  const auto input = random_values(batch * N::input_shape.size(), 1), parameters = picks<N>(kernels);
  const auto expected = gather(input, channels, from);
  CHECK(same_bits(forward_pass<N, Reference, inference_mode>(batch, input, parameters), expected));
  CHECK(same_bits(forward_pass<N, Reference, frozen_mode>(batch, input, parameters), expected));

  const auto dy = random_values(expected.size(), 2);
  const TrainingPass pass = training_pass<N, Reference>(batch, input, parameters, dy);
  CHECK(same_bits(pass.output, expected));
  std::vector<float> dx(input.size());
  for (std::size_t pixel = 0; pixel < dx.size() / channels; ++pixel)
    for (std::size_t k = 0; k < from.size(); ++k)
      dx[pixel * channels + from.begin()[k]] += dy[pixel * from.size() + k];
  CHECK(difference(pass.input_gradient, dx) < 1e-6);
}

}  // namespace

TEST_CASE_TEMPLATE("Concatenate orders and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  const Golden golden{"layers/concatenate"};
  using N = Net<Shape{3, 4, 10}, Concatenate<Pick<2>, Pick<5>, Pick<3>>>;
  const auto side_by_side = [&](const std::string& suffix) {
    const auto a = golden("input_0" + suffix), b = golden("input_1" + suffix), c = golden("input_2" + suffix);
    std::vector<float> all;
    for (std::size_t pixel = 0; pixel < a.size() / 2; ++pixel) {
      all.insert(all.end(), a.data() + pixel * 2, a.data() + pixel * 2 + 2);
      all.insert(all.end(), b.data() + pixel * 5, b.data() + pixel * 5 + 5);
      all.insert(all.end(), c.data() + pixel * 3, c.data() + pixel * 3 + 3);
    }
    return all;
  };
  const TrainingPass pass = training_pass<N, B>(2, side_by_side(""), picks<N>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
                                                golden("output_gradient"));
  CHECK(same_bits(pass.output, golden("output")));
  CHECK(difference(pass.input_gradient, side_by_side("_gradient")) < golden_tolerance);
}

TEST_CASE_TEMPLATE("Add sums its branches, and passes its gradient to each", B, GRAFT_TESTED_BACKENDS) {
  constexpr std::size_t batch = 3;
  // y(c) = x(c) + x(1 - c) + x(0), of branches that have a map of their own and others that have none.
  const auto check = [&]<class Net>(std::type_identity<Net>, std::initializer_list<std::size_t> channels) {
    const auto input = random_values(batch * Net::input_shape.size(), 1), dy = random_values(input.size(), 2);
    const auto parameters = picks<Net>(channels);
    std::vector<float> expected(input.size()), dx(input.size());
    for (std::size_t i = 0; i < input.size(); i += 2) {
      expected[i] = input[i] + input[i + 1] + input[i];
      expected[i + 1] = input[i + 1] + input[i] + input[i];
      dx[i] = dy[i] + dy[i + 1] + dy[i] + dy[i + 1];
      dx[i + 1] = dy[i + 1] + dy[i];
    }
    CHECK(difference(forward_pass<Net, B, inference_mode>(batch, input, parameters), expected) < 1e-6);
    CHECK(difference(forward_pass<Net, B, frozen_mode>(batch, input, parameters), expected) < 1e-6);
    const TrainingPass pass = training_pass<Net, B>(batch, input, parameters, dy);
    CHECK(difference(pass.output, expected) < 1e-6);
    CHECK(difference(pass.input_gradient, dx) < 1e-6);
  };
  check(std::type_identity<Net<map, Add<Sequential<>, Pick<2>, Pick<2>>>>{}, {1, 0, 0, 0});
  check(std::type_identity<Net<map, Add<Pick<2>, Pick<2>, Sequential<>>>>{}, {1, 0, 0, 0});
  check(std::type_identity<
            Net<map, Pick<2>, Add<Sequential<Pick<2>, Dropout<0>>, Dropout<0>, Pick<2>>, Pick<2>>>{},
        {0, 1, 1, 0, 0, 0, 0, 1});
  check(std::type_identity<Net<map, Add<Sequential<>, Add<Pick<2>, Pick<2>>>>>{}, {1, 0, 0, 0});
  check(std::type_identity<Net<map, Concatenate<Add<Sequential<>, Pick<2>>, Pick<1>>, Pick<2>,
                               Add<Sequential<>, Pick<2>>, Pick<2>>>{},
        {1, 0, 0, 0, 2, 1, 0, 0, 1});
}

TEST_CASE_TEMPLATE("Multiply computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  const auto check = [&](const std::string& name, auto net, std::size_t factors) {
    using N = decltype(net);
    const Golden golden{"layers/" + name};
    // Channels 0 to 4 are the value, 5 to 9 the factor, at each pixel or, from one pixel, at all.
    const auto side_by_side = [&](const std::string& suffix) {
      const auto a = golden("input_0" + suffix), b = golden("input_1" + suffix);
      std::vector<float> all;
      for (std::size_t pixel = 0; pixel < 24; ++pixel) {
        all.insert(all.end(), a.data() + pixel * 5, a.data() + pixel * 5 + 5);
        const float* factor = b.data() + (factors == 1 ? pixel / 12 : pixel) * 5;
        all.insert(all.end(), factor, factor + 5);
      }
      return all;
    };
    std::vector<float> parameters = picks<N>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    const auto input = side_by_side("");
    CHECK(difference(forward_pass<N, B, inference_mode>(2, input, parameters), golden("output")) <
          golden_tolerance);
    CHECK(difference(forward_pass<N, B, frozen_mode>(2, input, parameters), golden("output")) <
          golden_tolerance);
    const TrainingPass pass = training_pass<N, B>(2, input, parameters, golden("output_gradient"));
    CHECK(difference(pass.output, golden("output")) < golden_tolerance);
    auto gradient = side_by_side("_gradient");
    if (factors == 1)  // the mean of twelve equal pixels hands each a twelfth
      for (std::size_t i = 0; i < gradient.size(); ++i)
        if (i % 10 >= 5) gradient[i] /= 12.0f;
    CHECK(difference(pass.input_gradient, gradient) < golden_tolerance);
  };
  using Mean = Sequential<Pick<5>, GlobalAveragePooling2DKeepDims>;
  check("multiply", Net<Shape{3, 4, 10}, Multiply<Pick<5>, Pick<5>>>{}, 12);
  check("multiply_channels", Net<Shape{3, 4, 10}, Multiply<Pick<5>, Mean>>{}, 1);
}

TEST_CASE_TEMPLATE("Multiply takes the place of its value, or leaves alone what others read", B,
                   GRAFT_TESTED_BACKENDS) {
  constexpr std::size_t batch = 2;
  const auto check = [&]<class N>(std::type_identity<N>) {
    const auto x = random_values(batch * N::input_shape.size(), 1);
    const auto p = random_values(graph_of<N>.parameter_count, 2);
    const auto expected = forward_pass<N, Reference, training_mode>(batch, x, p);
    CHECK(difference(forward_pass<N, B, inference_mode>(batch, x, p), expected) < 1e-5);
    CHECK(difference(forward_pass<N, B, frozen_mode>(batch, x, p), expected) < 1e-5);
  };
  using Factors = Sequential<GlobalAveragePooling2D, Reshape<1, 1, 4>, Conv2D<2, Kernel<1>, Swish>,
                             Conv2D<4, Kernel<1>, Sigmoid>>;
  using Excite = Multiply<Sequential<>, Factors>;
  check(std::type_identity<Net<Shape{3, 5, 2}, Conv2D<4, Kernel<1>, Swish>, Excite>>{});
  check(std::type_identity<Net<Shape{3, 5, 4}, Multiply<Factors, Sequential<>>, Conv2D<2, Kernel<1>>>>{});
  check(std::type_identity<Net<Shape{3, 5, 2}, Conv2D<4, Kernel<1>>, Add<Excite, Sequential<>>>>{});
  check(std::type_identity<
        Net<Shape{3, 5, 2}, Conv2D<4, Kernel<1>>, Concatenate<Excite, Sequential<>, Excite>>>{});
  check(
      std::type_identity<Net<Shape{3, 5, 2}, Conv2D<4, Kernel<1>>, Multiply<Sequential<>, Sequential<>>>>{});
  check(std::type_identity<Net<Shape{6}, Dense<4>, Multiply<Dense<4, Sigmoid>, Dense<4, Tanh>>,
                               Multiply<Dropout<0>, Dense<4>>>>{});
}

TEST_CASE("Concatenate inside Concatenate, before other layers and at the end") {
  using Inner = Concatenate<Pick<1>, Sequential<Pick<2>, Pick<2>>>;
  check_moves<Net<Shape{2, 3, 4}, Concatenate<Pick<2>, Inner, Pick<1>>>>({0, 1, 3, 2, 0, 1, 0, 1},
                                                                         {0, 1, 3, 0, 2, 1});
  check_moves<Net<Shape{2, 3, 4}, Inner, Pick<4>>>({3, 2, 0, 1, 0, 2, 1, 0, 0}, {2, 0, 3, 3});
}

TEST_CASE("a branch of Concatenate may pass its input on as it is") {
  check_moves<Net<Shape{2, 3, 2}, Pick<3>, Concatenate<Sequential<>, Pick<2>>>>({1, 0, 1, 2, 1},
                                                                                {1, 0, 1, 1, 0});
  check_moves<Net<Shape{2, 3, 2}, Pick<3>, Concatenate<Pick<2>, Sequential<>>>>({1, 0, 1, 2, 1},
                                                                                {1, 0, 1, 0, 1});
  check_moves<Net<Shape{2, 3, 2}, Concatenate<Sequential<>, Dropout<0>, Sequential<>>, Pick<2>>>({5, 2},
                                                                                                 {1, 0});
}

TEST_CASE_TEMPLATE("a network's own input may be a branch, and a whole network", B, GRAFT_TESTED_BACKENDS) {
  constexpr std::size_t batch = 2;
  const auto input = random_values(batch * 12, 1);
  using Both = detail::Bound<Shape{2, 3, 2}, Concatenate<Sequential<>, Pick<1>>>;
  const auto parameters = picks<Both>({1});
  CHECK(same_bits(forward_pass<Both, B, inference_mode>(batch, input, parameters),
                  gather(input, 2, {0, 1, 1})));
  CHECK(
      same_bits(forward_pass<Both, B, training_mode>(batch, input, parameters), gather(input, 2, {0, 1, 1})));
  using Nothing = detail::Bound<Shape{2, 3, 2}, Sequential<Dropout<50>, Flatten>>;
  CHECK(same_bits(forward_pass<Nothing, B, inference_mode>(batch, input, {}), input));
  CHECK(same_bits(forward_pass<Nothing, B, frozen_mode>(batch, input, {}), input));
}

TEST_CASE("Flatten of a value that lies in a slice of a Concatenate") {
  // Both branches end flat; one of them reads a map that is also a branch of the inner Concatenate.
  using Wide = Sequential<Concatenate<Sequential<>, Pick<1>>, Flatten>;
  constexpr std::size_t batch = 2;
  const auto input = random_values(batch * 8, 1), dy = random_values(batch * 20, 2);
  const auto check = [&]<class Function, bool FlatFirst>() {
    using Flat = Sequential<Flatten, Function>;
    using Branches = std::conditional_t<FlatFirst, Concatenate<Flat, Wide>, Concatenate<Wide, Flat>>;
    using N = Net<Shape{2, 2, 2}, Pick<2>, Branches>;
    const auto parameters = picks<N>({1, 0, 0});
    std::vector<float> expected, dx(input.size());
    for (std::size_t first = 0; first < input.size(); first += 8)
      for (const bool flat : {FlatFirst, !FlatFirst})
        for (std::size_t pixel = first; pixel < first + 8; pixel += 2)
          for (std::size_t k = 0; k < (flat ? 2u : 3u); ++k) {
            const std::size_t from = pixel + (k + 1) % 2;  // channels 1, 0 and, where wide, 1 again
            const bool passes = !flat || !std::is_same_v<Function, Activation<Relu>> || input[from] > 0.0f;
            dx[from] += passes ? dy[expected.size()] : 0.0f;
            expected.push_back(passes ? input[from] : 0.0f);
          }
    CHECK(same_bits(forward_pass<N, Reference, inference_mode>(batch, input, parameters), expected));
    CHECK(same_bits(forward_pass<N, Reference, frozen_mode>(batch, input, parameters), expected));
    const TrainingPass pass = training_pass<N, Reference>(batch, input, parameters, dy);
    CHECK(same_bits(pass.output, expected));
    CHECK(difference(pass.input_gradient, dx) < 1e-6);
  };
  check.template operator()<Activation<Relu>, true>();
  check.template operator()<Activation<Relu>, false>();
  check.template operator()<Sequential<>, true>();
  check.template operator()<Sequential<>, false>();
}

TEST_CASE("Named gives a layer the name that weights are matched by") {
  using N =
      Net<Shape{2, 3, 4}, Named<"stem", Pick<2>>, Pick<2>, Named<"mixed", Concatenate<Pick<1>, Pick<2>>>>;
  constexpr auto& graph = graph_of<N>;
  CHECK(graph[2].name() == "stem");
  CHECK(graph[3].name() == "conv2d_1");
  CHECK(graph[4].name() == "conv2d_2");
  CHECK(graph[6].name() == "mixed");
  CHECK(graph.output_shape() == Shape{2, 3, 3});
}

}  // namespace composition_test
