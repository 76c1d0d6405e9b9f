// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/network.hpp>
#include <graft/model/parameters.hpp>
#include <graft/model/prepare.hpp>
#include <graft/tensor/shapes.hpp>

#include <filesystem>
#include <optional>

namespace graft {

enum class Interpolation;
struct Profile;
struct ProfileOptions;

/// The memory of a frozen network's weights, to be taken over by a frozen part of the same network.
template <Backend B>
struct FrozenWeights {
  std::vector<float> parameters;  // as they were loaded
  typename B::Buffer prepared;    // folded, as the backend likes them
};

/// A frozen network with its weights: images in, features out. It can only predict.
template <LayeredNetwork Net, Backend B>
class Extractor {
  static_assert(detail::check_shapes<Net>());

 public:
  using network = Net;
  static constexpr Shape input_shape = Net::input_shape;
  static constexpr Shape output_shape = graph_of<Net>.output_shape();
  /// Floats of the arena that one image needs.
  static constexpr std::size_t arena_size = plan_of<Net, frozen_mode>.arena_size;

  /// Reads the weights that Keras ships, or that a model was saved with: .h5, .weights.h5, .keras or
  /// safetensors, whatever the file's name. It may hold more layers than the network has. Throws ArchiveError
  /// or WeightMismatch; then nothing has changed. Defined in weights/load.hpp.
  void load(const std::filesystem::path& file);

  /// Writes the network alone, as Model::save does. Defined in weights/save.hpp.
  void save(const std::filesystem::path& file) const;

  /// Random weights, as Keras' weights=None.
  void initialize(Seed seed) { assign(initial_parameters<Net>(seed, Part::backbone)); }

  /// Replaces all parameters. // in the order of parameter_table<Net>()
  void assign(std::vector<float> parameters);

  bool loaded() const { return prepared_.has_value(); }
  /// The weights as the backend has them, or null: another address means other weights.
  const float* prepared() const { return prepared_ ? prepared_->data() : nullptr; }

  /// The parameters as they were loaded, nothing folded. // in the order of parameter_table<Net>()
  std::span<const float> parameters() const { return parameters_; }

  /// A copy of one parameter: parameter("conv2d_1/kernel").
  xt::xarray<float> parameter(std::string_view path) const {
    require_weights();
    const ParameterEntry& entry = find_parameter<Net>(path);
    return to_xarray(entry.shape, std::span{parameters_}.subspan(entry.offset, entry.shape.size()));
  }

  /// Features of a batch. (batch, input shape...) -> (batch, output shape...); throws ShapeError for other
  /// shapes.
  Tensor<output_shape.rank + 1> predict(const Tensor<input_shape.rank + 1>& batch,
                                        Threads threads = {}) const;

  /// An image as this network's input: resized, converted and scaled. Defined in data/preprocess.hpp.
  static Tensor<3> preprocess(const Pixels& image);
  static Tensor<3> preprocess(const Pixels& image, Interpolation interpolation);

  /// The same in backend memory: x (batch, input) -> y (batch, output), arena (slots, images in a slot,
  /// arena_size).
  void run(typename B::Context& context, std::size_t batch, const float* x, float* arena, float* y) const;

  /// The same as far as the last of the layers that Keras calls Names, whose values go to `values`, each
  /// (batch, the layer's output); y (batch, output) may be overwritten. A value is the same bits as that of a
  /// network cut there. Adds the seconds from the input to each layer to `seconds` (slots, names). A layer
  /// that is fused with the one behind it does not compile. Defined in model/cut_values.hpp.
  template <fixed_string... Names>
  void run_cuts(typename B::Context& context, std::size_t batch, const float* x, float* arena, float* y,
                const std::array<float*, sizeof...(Names)>& values, std::span<double> seconds) const;

  /// Executes the plan with the processor's clock around each step, beside the processor's peak. Defined in
  /// model/profile.hpp.
  Profile profile(const ProfileOptions& options) const requires(B::reads_host_memory);

  /// Gives up the weights; throws Error if there are none. The extractor is then as before `load`.
  FrozenWeights<B> release() && {
    require_weights();
    FrozenWeights<B> weights{std::move(parameters_), std::move(*prepared_)};
    prepared_.reset();
    return weights;
  }
  /// Takes over weights that are prepared for this network, at least in their first part.
  void adopt(FrozenWeights<B> weights) {
    parameters_ = std::move(weights.parameters);
    prepared_ = std::move(weights.prepared);
  }

  void require_weights() const {
    if (!loaded())
      throw Error{expected_received(
          "backbone", "weights: call load(file), or initialize(seed) for random ones", "none so far")};
  }

 private:
  /// Divides a batch as B does and calls execute(frame, first, slot) for each part, whose first sample is
  /// `first` of the batch.
  template <class Execute>
  void execute_batch(typename B::Context& context, std::size_t batch, const float* x, float* arena, float* y,
                     Execute execute) const {
    const std::size_t slot_size = B::images_per_slot(batch) * arena_size;
    B::split_batch(context, batch, [&](std::size_t first, std::size_t count, std::size_t slot) {
      detail::Frame<B> frame{context,
                             count,
                             x + first * input_shape.size(),
                             y + first * output_shape.size(),
                             arena + slot * slot_size,
                             prepared_->data()};
      frame.originals = parameters_.data();
      execute(frame, first, slot);
    });
  }

  std::vector<float> parameters_;
  std::optional<typename B::Buffer> prepared_;
};

// What is costly to compile stands outside the class, so that `extern template class Extractor<...>` keeps it
// out of a translation unit.

template <LayeredNetwork Net, Backend B>
void Extractor<Net, B>::assign(std::vector<float> parameters) {
  if (parameters.size() != graph_of<Net>.parameter_count)
    throw ShapeError{"parameters", std::to_string(graph_of<Net>.parameter_count) + " values",
                     std::to_string(parameters.size())};
  typename B::Context context{Threads{1}};
  typename B::Buffer prepared{detail::prepared_total<Net, B>};
  detail::prepare<Net, B>(context, parameters, prepared.data());
  parameters_ = std::move(parameters);
  prepared_ = std::move(prepared);
}

template <LayeredNetwork Net, Backend B>
void Extractor<Net, B>::run(typename B::Context& context, std::size_t batch, const float* x, float* arena,
                            float* y) const {
  require_weights();
  execute_batch(context, batch, x, arena, y, [](const detail::Frame<B>& frame, std::size_t, std::size_t) {
    detail::forward<Net, frozen_mode, B>(frame);
  });
}

template <LayeredNetwork Net, Backend B>
auto Extractor<Net, B>::predict(const Tensor<input_shape.rank + 1>& batch, Threads threads) const
    -> Tensor<output_shape.rank + 1> {
  const std::size_t count = batch.shape(0);
  require_sample_shape(batch, input_shape);
  typename B::Context context{threads};
  typename B::Staging staging{batch.size()};
  typename B::Buffer arena{B::slots(context) * B::images_per_slot(count) * arena_size};
  typename B::Buffer features{count * output_shape.size()};
  staging.begin(context, {batch.data(), batch.size()});
  const auto input = staging.use(context);
  run(context, count, input.data(), arena.data(), features.data());
  auto result =
      Tensor<output_shape.rank + 1>::from_shape(batch_shape<output_shape.rank>(count, output_shape));
  B::download(context, features.data(), {result.data(), result.size()});
  return result;
}

}  // namespace graft
