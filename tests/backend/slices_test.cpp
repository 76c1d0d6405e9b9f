// SPDX-License-Identifier: MIT
// Every primitive on slices of wider maps gives the same bits as on maps of their own, and leaves the
// neighbours' channels alone. This holds the oracle, Reference, to account as well.
#include <graft/backend/spec.hpp>

#include "support/kernel_runs.hpp"

namespace slices_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t batch = 2;
constexpr ImageLayout input = contiguous({5, 6, 3}), pooled = contiguous({3, 3, 3}),
                      filtered = contiguous({3, 3, 4});
constexpr ImageLayout padded = contiguous({6, 9, 3}), vector = contiguous({3});
constexpr Window window{3, 3, 2, 2, 1, 0};

constexpr ImageLayout with_gap(ImageLayout layout, std::size_t gap) {
  layout.pixel_stride += gap;
  return layout;
}

// A batch in a layout, with NaN in the gaps, which shows wherever it is read.
template <ImageLayout L>
struct Map {
  std::vector<float> buffer = poison(buffer_size(L, batch));

  explicit Map(std::uint32_t subject) {
    const auto values = random_values(batch * L.size(), subject);
    for (std::size_t i = 0; i < values.size(); ++i)
      buffer[i / L.channels * L.pixel_stride + i % L.channels] = values[i];
  }
  Map() = default;
  float* data() { return buffer.data(); }
  std::vector<float> pixels() const {
    CHECK(only_pixels_written(L, buffer));
    return pixels_of(L, buffer);
  }
};

// run<gap of the input, gap of the output>() must give the same values whatever the gaps.
template <class Run>
void check(Run&& run) {
  const std::vector<float> expected = run.template operator()<0, 0>();
  CHECK_FALSE(expected.empty());
  CHECK(same_bits(run.template operator()<3, 0>(), expected));
  CHECK(same_bits(run.template operator()<0, 2>(), expected));
  CHECK(same_bits(run.template operator()<1, 4>(), expected));
}

constexpr DropoutRule half{50};

// The factors of a product.
struct EachValue {
  static constexpr ImageLayout layout = input;
};
struct EachChannel {
  static constexpr ImageLayout layout = vector;
};

std::vector<float> joined(std::vector<float> a, const std::vector<float>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE_TEMPLATE("convolution in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto kernel = random_values(9 * 3 * 4, 1), bias = random_values(4, 2);
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr Conv2dSpec spec{with_gap(input, GapIn), with_gap(filtered, GapOut), window};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> y, dy{5};
    auto dkernel = poison(kernel.size() + bias.size());
    B::template conv2d<spec, Tanh>(context, batch, x.data(), kernel.data(), bias.data(), y.data());
    B::template conv2d_backward_input<spec>(context, batch, kernel.data(), dy.data(), dx.data());
    B::template conv2d_backward_kernel<spec>(context, batch, x.data(), dy.data(), dkernel.data(),
                                             dkernel.data() + kernel.size());
    return joined(joined(y.pixels(), dx.pixels()), dkernel);
  });
}

TEST_CASE_TEMPLATE("depthwise convolution in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto kernel = random_values(9 * 3, 1), bias = random_values(3, 2);
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr DepthwiseSpec spec{with_gap(input, GapIn), with_gap(pooled, GapOut), window};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> y, dy{5};
    auto dkernel = poison(kernel.size() + bias.size());
    B::template depthwise_conv2d<spec, Tanh>(context, batch, x.data(), kernel.data(), bias.data(), y.data());
    B::template depthwise_conv2d_backward_input<spec>(context, batch, kernel.data(), dy.data(), dx.data());
    B::template depthwise_conv2d_backward_kernel<spec>(context, batch, x.data(), dy.data(), dkernel.data(),
                                                       dkernel.data() + kernel.size());
    return joined(joined(y.pixels(), dx.pixels()), dkernel);
  });
}

TEST_CASE_TEMPLATE("pooling in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto pool = [&]<class Rule>(Rule) {
    check([&]<std::size_t GapIn, std::size_t GapOut>() {
      constexpr Pool2dSpec spec{with_gap(input, GapIn), with_gap(pooled, GapOut), window};
      Map<spec.input> x{3}, dx{4};
      Map<spec.output> y, dy{5};
      B::template pool2d<spec, Rule>(context, batch, x.data(), y.data());
      B::template pool2d_backward<spec, Rule>(context, batch, x.data(), y.data(), dy.data(), dx.data());
      return joined(y.pixels(), dx.pixels());
    });
  };
  pool(Max{});
  pool(Average{});
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr ElementwiseSpec spec{with_gap(input, GapIn), with_gap(vector, GapOut)};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> y, dy{5};
    B::template global_average_pool<spec>(context, batch, x.data(), y.data());
    B::template global_average_pool_backward<spec>(context, batch, dy.data(), dx.data());
    return joined(y.pixels(), dx.pixels());
  });
}

TEST_CASE_TEMPLATE("padding in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr PadSpec spec{with_gap(input, GapIn), with_gap(padded, GapOut), 1, 2};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> y, dy{5};
    B::template zero_pad<spec>(context, batch, x.data(), y.data());
    B::template zero_pad_backward<spec>(context, batch, dy.data(), dx.data());
    return joined(y.pixels(), dx.pixels());
  });
}

TEST_CASE_TEMPLATE("batch normalisation in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto gamma = random_values(3, 1), beta = random_values(3, 2), mean = random_values(3, 6);
  const std::vector<float> variance{0.5f, 1.0f, 2.0f};
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr ElementwiseSpec spec{with_gap(input, GapIn), with_gap(input, GapOut)};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> y, trained, dy{5};
    auto moving = joined(mean, variance), saved = poison(6), gradients = poison(6);
    B::template batch_norm<spec>(context, batch, 1e-3, x.data(),
                                 {gamma.data(), beta.data(), mean.data(), variance.data()}, y.data());
    B::template batch_norm_training<spec>(context, batch, 1e-3, 0.9, x.data(), gamma.data(), beta.data(),
                                          moving.data(), moving.data() + 3, saved.data(), trained.data());
    B::template batch_norm_training_backward<spec>(context, batch, x.data(), gamma.data(), saved.data(),
                                                   dy.data(), gradients.data(), gradients.data() + 3,
                                                   dx.data());
    // Each output may also be left out.
    auto alone = poison(6);
    B::template batch_norm_training_backward<spec>(context, batch, x.data(), gamma.data(), saved.data(),
                                                   dy.data(), nullptr, alone.data() + 3, nullptr);
    B::template batch_norm_training_backward<spec>(context, batch, x.data(), gamma.data(), saved.data(),
                                                   dy.data(), alone.data(), nullptr, nullptr);
    CHECK(same_bits(alone, gradients));
    return joined(joined(y.pixels(), trained.pixels()), joined(joined(moving, gradients), dx.pixels()));
  });
}

TEST_CASE_TEMPLATE("products in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto of = [&]<class Factor>(Factor) {
    check([&]<std::size_t GapIn, std::size_t GapOut>() {
      constexpr MultiplySpec spec{with_gap(input, GapIn), with_gap(Factor::layout, GapOut),
                                  with_gap(input, GapOut)};
      Map<spec.input> x{3}, dx{4};
      Map<spec.factor> factor{6}, dfactor{7};
      Map<spec.output> y, dy{5};
      B::template multiply<spec>(context, batch, x.data(), factor.data(), y.data());
      B::template multiply_backward<spec>(context, batch, x.data(), factor.data(), dy.data(), dx.data(),
                                          dfactor.data());
      // In place, where the layouts are the same.
      if constexpr (GapIn == GapOut) {
        B::template multiply<MultiplySpec{spec.input, spec.factor, spec.input}>(context, batch, x.data(),
                                                                                factor.data(), x.data());
        CHECK(same_bits(x.pixels(), y.pixels()));
      }
      return joined(joined(y.pixels(), dx.pixels()), dfactor.pixels());
    });
  };
  of(EachValue{});
  of(EachChannel{});
}

TEST_CASE_TEMPLATE("rescaling and normalisation in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  using Layer = Rescaling<std::ratio<1, 3>, std::ratio<-2>>;
  const auto mean = random_values(3, 6);
  const std::vector<float> variance{0.5f, 1.0f, 2.0f};
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr ElementwiseSpec spec{with_gap(input, GapIn), with_gap(input, GapOut)};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> rescaled, normalized, dy{5};
    B::template rescale<spec, Layer>(context, batch, x.data(), rescaled.data());
    B::template rescale_backward<spec, Layer>(context, batch, dy.data(), dx.data());
    B::template normalize<spec>(context, batch, x.data(), mean.data(), variance.data(), normalized.data());
    B::template normalize_backward<spec>(context, batch, variance.data(), dy.data(), dx.data());
    return joined(joined(rescaled.pixels(), normalized.pixels()), dx.pixels());
  });
}

TEST_CASE_TEMPLATE("activations, sums and dropout in slices", B, GRAFT_TESTED_BACKENDS) {
  typename B::Context context{Threads{2}};
  const auto scale = random_values(3, 1), shift = random_values(3, 2);
  check([&]<std::size_t GapIn, std::size_t GapOut>() {
    constexpr ElementwiseSpec spec{with_gap(input, GapIn), with_gap(input, GapOut)};
    Map<spec.input> x{3}, dx{4};
    Map<spec.output> relu, swish, softmax, dropped, scaled, dy{5};
    B::template activation<spec, Relu>(context, batch, x.data(), relu.data());
    B::template activation<spec, Swish>(context, batch, x.data(), swish.data());
    B::template activation<spec, Softmax>(context, batch, x.data(), softmax.data());
    B::template dropout<spec, half>(context, batch, Philox{1, 2, 3}, x.data(), dropped.data());
    B::template scale_shift<spec, Relu>(context, batch, x.data(), scale.data(), shift.data(), scaled.data());
    constexpr ElementwiseSpec from_output{spec.output, spec.output};
    B::template activation_backward<from_output, Softmax>(context, batch, softmax.data(), dy.data());
    B::template activation_backward<from_output, Relu>(context, batch, relu.data(), dy.data());
    B::template activation_backward<spec, Swish>(context, batch, x.data(), dy.data());
    B::template accumulate<spec>(context, batch, dy.data(), dx.data());
    B::template accumulate<spec, Softmax>(context, batch, scaled.data(), dx.data());
    B::template dropout_backward<spec, half>(context, batch, Philox{1, 2, 3}, dy.data(), dx.data());
    return joined(joined(relu.pixels(), joined(swish.pixels(), softmax.pixels())),
                  joined(joined(dropped.pixels(), scaled.pixels()), joined(dy.pixels(), dx.pixels())));
  });
}

}  // namespace slices_test
