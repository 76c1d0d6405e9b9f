// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/extractor.hpp>
#include <graft/model/profile_peak.hpp>
#include <graft/model/profile_table.hpp>

#include <algorithm>

namespace graft {

struct ProfileOptions {
  std::size_t images = 16;      ///< of a batch; of a single image, all threads share each layer
  std::size_t repetitions = 8;  ///< of the batch
  Threads threads{};
};

namespace detail {

/// What only a step's types tell of its kernel.
struct KernelFacts {
  Window window{};
  bool has_window = false;
  std::string_view algorithm{};  ///< of a backend that chooses one: its `conv2d_algorithm<Spec>`
  std::string_view activation;   ///< the layer's own, or fused into it
};

template <class B, Conv2dSpec S>
constexpr std::string_view algorithm_name() {
  if constexpr (requires { B::template conv2d_algorithm<S>; })
    return B::template conv2d_algorithm<S>;
  else
    return {};
}

template <LayeredNetwork Net, Backend B, std::size_t I>
constexpr KernelFacts kernel_facts() {
  using S = Site<Net, frozen_mode, I>;
  KernelFacts facts{.activation = S::activation::keras_name};
  if constexpr (requires { S::layer::window(S::node.input); }) {
    facts.window = S::window;
    facts.has_window = true;
  }
  if constexpr (requires { typename S::layer::kernel_size; })
    facts.algorithm = algorithm_name<B, conv2d_spec<S>>();
  return facts;
}

/// "Conv2D 3x3/2 direct + bn + relu"
inline std::string kernel_text(const Node& node, bool normalised, const KernelFacts& facts) {
  const auto sides = [](std::size_t a, std::size_t b, const char* between) {
    return a == b && *between == '/' ? std::to_string(a) : std::to_string(a) + between + std::to_string(b);
  };
  std::string text{node.keras_class};
  const Window& w = facts.window;
  if (facts.has_window) text += " " + sides(w.height, w.width, "x");
  if (w.stride_y > 1 || w.stride_x > 1) text += "/" + sides(w.stride_y, w.stride_x, "/");
  if (!facts.algorithm.empty()) text.append(" ").append(facts.algorithm);
  if (normalised) text += " + bn";
  if (facts.activation != Linear::keras_name) text.append(" + ").append(facts.activation);
  return text;
}

inline Shape shape_of(const ImageLayout& layout) {
  return layout.pixels() == 1 ? Shape{layout.channels} : Shape{layout.height, layout.width, layout.channels};
}

/// A step as the compiler knows it.
template <LayeredNetwork Net, Backend B, std::size_t I>
LayerProfile static_profile() {
  using S = Site<Net, frozen_mode, I>;
  constexpr KernelFacts facts = kernel_facts<Net, B, I>();
  return {.layer = S::node.name(),
          .kernel = kernel_text(S::node, S::step.scale_shift != Step::none, facts),
          .input = shape_of(S::input),
          .output = shape_of(S::output),
          .macs = S::node.macs,
          .weight_bytes = sizeof(float) * (reads_originals<Net, B, I>() ? S::node.parameter_size
                                                                        : prepared_size<Net, B, I>()),
          .read_bytes = sizeof(float) * S::input.size(),
          .written_bytes = sizeof(float) * S::output.size()};
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
Profile Extractor<Net, B>::profile(const ProfileOptions& options) const requires(B::reads_host_memory) {
  require_weights();
  constexpr std::size_t steps = plan_of<Net, frozen_mode>.step_count;
  const std::size_t images = std::max<std::size_t>(1, options.images), piece = B::images_per_slot(images);
  const std::size_t pieces = (images + piece - 1) / piece;
  typename B::Context context{options.threads};
  const std::size_t slots = B::slots(context);

  Profile profile{.threads = slots,
                  .sharing = pieces == 1 ? slots : 1,
                  .samples = pieces * std::max<std::size_t>(1, options.repetitions)};
  profile.peak = detail::measure_team_peak<B>(context);
  profile.bandwidth = detail::measure_bandwidth<B>(context);
  for (double* all : {&profile.peak, &profile.bandwidth})
    *all *= static_cast<double>(profile.sharing) / static_cast<double>(slots);

  using Frame = detail::Frame<B>;
  std::vector<void (*)(const Frame&)> run;
  detail::for_each_index<steps>([&]<std::size_t I>() {
    run.push_back(&detail::ForwardStep<Net, frozen_mode, B, I>::run);
    profile.layers.push_back(detail::static_profile<Net, B, I>());
  });
  typename B::Buffer x{images * input_shape.size()}, y{images * output_shape.size()};
  typename B::Buffer arena{slots * piece * arena_size};
  std::vector<float> values(x.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = Philox{}.uniform(i);
  B::upload(context, values, x.data());

  std::vector<double> seconds(steps * profile.samples);  // (steps, samples)
  const auto batch = [&](std::size_t repetition) {
    execute_batch(context, images, x.data(), arena.data(), y.data(),
                  [&](const Frame& frame, std::size_t first, std::size_t) {
                    double* sample = seconds.data() + repetition * pieces + first / piece;
                    for (std::size_t i = 0; i < steps; ++i, sample += profile.samples)
                      *sample = detail::seconds_of([&] { run[i](frame); }) / static_cast<double>(frame.batch);
                  });
  };
  batch(0);  // fills the caches
  for (std::size_t r = 0; r < profile.samples / pieces; ++r) batch(r);
  for (std::size_t i = 0; i < steps; ++i) {
    const auto begin = seconds.begin() + static_cast<std::ptrdiff_t>(i * profile.samples);
    const auto middle = begin + static_cast<std::ptrdiff_t>(profile.samples / 2);
    std::nth_element(begin, middle, begin + static_cast<std::ptrdiff_t>(profile.samples));
    profile.layers[i].seconds = *middle;
  }
  return profile;
}

}  // namespace graft
