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

/// A step as the compiler knows it: what a profile says of it, and the function that executes it.
template <Backend B>
struct StepFacts {
  const Node* node;
  ImageLayout input, output;
  Window window{};
  bool has_window = false;
  std::string_view algorithm{};  ///< of a backend that chooses one: its `conv2d_algorithm<Spec>`
  bool normalised;               ///< a batch normalisation is folded into it
  std::string_view activation;   ///< the layer's own, or fused into it
  std::size_t weights;           ///< floats that it reads beside its input
  void (*run)(const Frame<B>&);
};

template <class B, Conv2dSpec S>
constexpr std::string_view algorithm_name() {
  if constexpr (requires { B::template conv2d_algorithm<S>; })
    return B::template conv2d_algorithm<S>;
  else
    return {};
}

template <LayeredNetwork Net, Backend B, std::size_t I>
constexpr StepFacts<B> step_facts() {
  using S = Site<Net, frozen_mode, I>;
  StepFacts<B> facts{
      .node = &graph_of<Net>.nodes[S::step.node],
      .input = S::input,
      .output = S::output,
      .normalised = S::step.scale_shift != Step::none,
      .activation = S::activation::keras_name,
      .weights = reads_originals<Net, B, I>() ? S::node.parameter_size : prepared_size<Net, B, I>(),
      .run = forward_steps<Net, frozen_mode, B>[I]};
  if constexpr (requires { S::layer::window(S::node.input); }) {
    facts.window = S::window;
    facts.has_window = true;
  }
  if constexpr (requires { typename S::layer::kernel_size; })
    facts.algorithm = algorithm_name<B, conv2d_spec<S>>();
  return facts;
}

template <LayeredNetwork Net, Backend B>
inline constexpr auto facts_of_steps = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{step_facts<Net, B, I>()...};
}
(std::make_index_sequence<plan_of<Net, frozen_mode>.step_count>{});

/// "Conv2D 3x3/2 direct + bn + relu"
template <Backend B>
std::string kernel_text(const StepFacts<B>& facts) {
  const auto sides = [](std::size_t a, std::size_t b, const char* between) {
    return a == b && *between == '/' ? std::to_string(a) : std::to_string(a) + between + std::to_string(b);
  };
  std::string text{facts.node->keras_class};
  const Window& w = facts.window;
  if (facts.has_window) text += " " + sides(w.height, w.width, "x");
  if (w.stride_y > 1 || w.stride_x > 1) text += "/" + sides(w.stride_y, w.stride_x, "/");
  if (!facts.algorithm.empty()) text.append(" ").append(facts.algorithm);
  if (facts.normalised) text += " + bn";
  if (facts.activation != Linear::keras_name) text.append(" + ").append(facts.activation);
  return text;
}

inline Shape shape_of(const ImageLayout& layout) {
  return layout.pixels() == 1 ? Shape{layout.channels} : Shape{layout.height, layout.width, layout.channels};
}

template <Backend B>
LayerProfile static_profile(const StepFacts<B>& facts) {
  return {.layer = facts.node->name(),
          .kernel = kernel_text(facts),
          .input = shape_of(facts.input),
          .output = shape_of(facts.output),
          .macs = facts.node->macs,
          .weight_bytes = sizeof(float) * facts.weights,
          .read_bytes = sizeof(float) * facts.input.size(),
          .written_bytes = sizeof(float) * facts.output.size()};
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
Profile Extractor<Net, B>::profile(const ProfileOptions& options) const requires(B::reads_host_memory) {
  require_weights();
  constexpr auto& facts = detail::facts_of_steps<Net, B>;
  constexpr std::size_t steps = facts.size();
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
  for (const auto& step : facts) profile.layers.push_back(detail::static_profile(step));
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
                      *sample =
                          detail::seconds_of([&] { facts[i].run(frame); }) / static_cast<double>(frame.batch);
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
