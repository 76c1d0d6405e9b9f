// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/simd.hpp>
#include <graft/model/extractor.hpp>
#include <graft/model/freeze.hpp>
#include <graft/model/logits.hpp>
#include <graft/model/model_checks.hpp>
#include <graft/model/trainable.hpp>
#include <graft/model/workspace.hpp>

namespace graft {

// Defined in data/ and training/, which define the members of Model that use them.
class FeatureSet;
class History;
struct Evaluation;
template <class Data>
struct FitOptions;
struct EvaluateOptions;
struct ExtractOptions;

namespace detail {

/// What a model is built on: an input, which has no parameters, or a backbone that is frozen, whole or
/// through a layer; its other layers are trained in front of the head. Whatever else is given as a base,
/// CheckModel refuses.
template <class Base, class B>
struct BaseTraits : BaseTraits<Input<1>, B> {};

template <InputDescription Base, class B>
struct BaseTraits<Base, B> {
  struct NoBackbone {};
  using extractor = NoBackbone;
  static constexpr bool has_backbone = false, is_whole = false;
  static constexpr Shape input_shape = Base::shape, feature_shape = Base::shape;
  static constexpr std::size_t parameter_count = 0, unfrozen_parameter_count = 0, arena_size = 0;
  template <class Head>
  using trained_layers = Head;
};

template <LayeredNetwork Net, fixed_string Through, class Statistics, class B>
struct BaseTraits<Frozen<Net, Through, Statistics>, B> {
  using divided = Divided<Net, Through, Statistics>;
  using frozen = typename divided::frozen;
  using extractor = Extractor<frozen, B>;
  static constexpr bool has_backbone = true, is_whole = Through.size() == 0;
  static constexpr Shape input_shape = Net::input_shape, feature_shape = frozen::output_shape;
  static constexpr std::size_t parameter_count = frozen::parameter_count;  // that are frozen
  static constexpr std::size_t unfrozen_parameter_count = Net::parameter_count - parameter_count;
  static constexpr std::size_t arena_size = extractor::arena_size;
  template <class Head>
  using trained_layers = std::conditional_t<is_whole, Head, Sequential<typename divided::rest, Head>>;
};

template <class A, class B>
inline constexpr bool same_backbone = false;
template <class Net, fixed_string A, class AStatistics, fixed_string B, class BStatistics>
inline constexpr bool same_backbone<Frozen<Net, A, AStatistics>, Frozen<Net, B, BStatistics>> = true;

// A backbone of which somebody forgot to say that it is frozen: refused, and otherwise taken as if it were.
template <LayeredNetwork Net, class B>
struct BaseTraits<Net, B> : BaseTraits<Frozen<Net>, B> {};

}  // namespace detail

/// A head grafted on a base: `Base` is Frozen<Backbone>, or an input (Image<h, w>, Input<...>) for a head
/// that stands alone; `Head` is a composition of layers; `B` is the backend that computes. Parameters are
/// stored once; predicting is const, and safe from several threads with a Workspace each.
/// FreezeThrough<"name"> is the model whose backbone is frozen up to that layer only; models that differ in
/// nothing but this boundary turn into each other when they are moved.
template <class Base, class Head, Backend B = Simd>
class Model {
  using Traits = detail::BaseTraits<Base, B>;

 public:
  using base = Base;
  using backend = B;
  using extractor_type = typename Traits::extractor;
  using Workspace = graft::Workspace<Model>;
  static constexpr bool has_backbone = Traits::has_backbone;
  static constexpr bool backbone_is_frozen = Traits::is_whole;
  static constexpr Shape input_shape = Traits::input_shape;      ///< of one sample
  static constexpr Shape feature_shape = Traits::feature_shape;  ///< of what the frozen part delivers
  /// What is trained: the head, behind those layers of the backbone that are not frozen.
  using head_network = detail::Bound<feature_shape, typename Traits::template trained_layers<Head>>;
  static_assert(detail::check_model<Base, head_network>());
  static constexpr Shape output_shape = graph_of<head_network>.output_shape();

  static constexpr std::size_t trainable_parameter_count = graph_of<head_network>.trainable_count;
  static constexpr std::size_t parameter_count =
      Traits::parameter_count + graph_of<head_network>.parameter_count;
  static constexpr std::size_t base_arena_size = Traits::arena_size;                                // floats
  static constexpr std::size_t head_arena_size = plan_of<head_network, inference_mode>.arena_size;  // floats
  /// Bytes of activations that a prediction needs for one image.
  static constexpr std::size_t workspace_bytes =
      sizeof(float) *
      (base_arena_size + (has_backbone ? feature_shape.size() : 0) + head_arena_size + output_shape.size());

  /// The model whose backbone is frozen up to and including the layer that Keras calls Name. The layers
  /// behind it are trained with the head, their batch normalisations by FrozenStatistics, which is what
  /// fine-tuning wants, or by BatchStatistics, as Keras trains a layer that is told nothing else. The
  /// backbone's last layer freezes it whole, "input_1" nothing of it. All that lies behind the boundary must
  /// read that layer's value only: one inside a branch is refused.
  template <fixed_string Name, class Statistics = FrozenStatistics>
  using FreezeThrough = Model<typename detail::FreezeThroughOf<Base, Name, Statistics>::type, Head, B>;

  /// A model with a fresh head; the backbone has no weights until they are loaded. Everything random in it,
  /// and in `fit`, follows from the seed.
  explicit Model(Seed seed = {}, Threads threads = {}) : seed_{seed}, threads_{threads}, head_{seed} {}

  /// The same model with its freeze boundary elsewhere. Handed over, not copied: the head's parameters, the
  /// backbone's original ones, and the folded ones of layers that stay frozen. Copied are the layers that the
  /// boundary passes over, from or to memory of the backend; those that become frozen are folded anew. The
  /// other model is left without weights. Throws Error if the backbone has none. Defined in
  /// model/move_boundary.hpp.
  template <class OtherBase>
  requires(!std::is_same_v<OtherBase, Base> && detail::same_backbone<OtherBase, Base>)
      Model(Model<OtherBase, Head, B>&& other);

  /// The backbone, frozen whole: load(file), predict(batch), preprocess(image), parameter(name).
  auto& backbone() requires backbone_is_frozen { return base_; }
  const auto& backbone() const requires backbone_is_frozen { return base_; }
  /// The frozen part of the backbone, with the same members; load(file) reads that part only.
  auto& frozen() requires has_backbone { return base_; }
  const auto& frozen() const requires has_backbone { return base_; }
  /// What is trained, the head behind the layers of the backbone that are not frozen: parameter(name),
  /// set_parameter(name, value).
  auto& head() { return head_; }
  const auto& head() const { return head_; }
  Seed seed() const { return seed_; }
  Threads threads() const { return threads_; }

  /// Keras' table of layers, shapes and parameters. Defined in model/summary.hpp.
  std::string summary() const;

  /// Outputs for a batch of samples as the network takes them, into the workspace, valid until its next use;
  /// allocates nothing. samples (n, input shape), result (n, output shape). Throws ShapeError for other
  /// sizes.
  std::span<const float> predict(std::span<const float> samples, Workspace& workspace) const;

  /// The same for tensors: (n, input shape...) -> a view of (n, output shape...).
  auto predict(const Tensor<input_shape.rank + 1>& samples, Workspace& workspace) const {
    require_sample_shape(samples, input_shape);
    const std::span<const float> result = predict({samples.data(), samples.size()}, workspace);
    return xt::adapt(result.data(), result.size(), xt::no_ownership(),
                     batch_shape<output_shape.rank>(samples.shape(0), output_shape));
  }
  /// The same with a workspace of its own.
  Tensor<output_shape.rank + 1> predict(const Tensor<input_shape.rank + 1>& samples) const {
    Workspace workspace{samples.shape(0), threads_};
    return predict(samples, workspace);
  }
  /// One image of any size, resized and preprocessed as the backbone needs it; a float if the head has one
  /// unit, else a Tensor<1>. Throws ShapeError for an empty image. Defined in data/preprocess.hpp.
  auto predict(const Pixels& image) const;
  auto predict(const Pixels& image, Workspace& workspace) const;

  /// Trains the head. Defined in training/fit.hpp, with the options.
  template <class Data, class L, class O>
  History fit(const Data& training, const L& loss, const O& optimizer,
              const FitOptions<std::type_identity_t<Data>>& options = {});
  /// Loss and accuracy over a data set. Defined in training/evaluate.hpp.
  template <class Data, class L>
  Evaluation evaluate(const Data& data, const L& loss) const;
  template <class Data, class L>
  Evaluation evaluate(const Data& data, const L& loss, const EvaluateOptions& options) const;
  /// What the frozen base makes of a data set, computed once: fit, evaluate and predict take it in place of
  /// the images. Defined in training/extract.hpp.
  template <class Data>
  FeatureSet extract(const Data& data) const;
  template <class Data>
  FeatureSet extract(const Data& data, const ExtractOptions& options) const;
  /// Outputs for all of an extracted data set. // (samples, output shape...)
  Tensor<output_shape.rank + 1> predict(const FeatureSet& features) const;

  /// Writes the model in the format that the file's name ends in: .h5 (Keras 2's, which Keras 3 reads too)
  /// and .keras are whole models for Keras' load_model, .weights.h5 is for Keras 3's load_weights,
  /// .safetensors for others. Throws OutputError; an old file is then untouched. Defined in weights/save.hpp.
  void save(const std::filesystem::path& file) const;
  /// Reads all parameters of a file that this type of model, or the same model in Keras, was saved to. Throws
  /// ArchiveError or WeightMismatch. Defined in weights/load.hpp.
  [[nodiscard]] static Model load(const std::filesystem::path& file, Seed seed = {}, Threads threads = {});

  /// What tells one piece of recorded work of this model from another on the same workspace.
  std::array<std::uintptr_t, 5> recording_key(std::size_t batch, const float* samples) const {
    const auto number = [](const float* address) { return reinterpret_cast<std::uintptr_t>(address); };
    const ParameterPointer<const float> head = head_.data();
    std::uintptr_t frozen = 0;
    if constexpr (has_backbone) frozen = number(base_.prepared());
    return {batch, number(samples), frozen, number(head.front), number(head.back)};
  }

  /// samples in memory of the backend -> features there. // (batch, input shape) -> (batch, feature shape)
  const float* compute_features(typename B::Context& context, std::size_t batch, const float* samples,
                                float* arena, float* features) const {
    if constexpr (has_backbone) {
      base_.run(context, batch, samples, arena, features);
      return features;
    } else {
      return samples;
    }
  }

 private:
  Seed seed_;
  Threads threads_;
  [[no_unique_address]] extractor_type base_;
  Trainable<head_network, B, Traits::unfrozen_parameter_count> head_;

  template <class, class, Backend>
  friend class Model;
};

template <class Base, class Head, Backend B>
std::span<const float> Model<Base, Head, B>::predict(std::span<const float> samples,
                                                     Workspace& workspace) const {
  const std::size_t count = samples.size() / input_shape.size();
  if (count * input_shape.size() != samples.size() || count > workspace.capacity())
    throw ShapeError{"predict",
                     "at most " + std::to_string(workspace.capacity()) + " samples of " +
                         to_string(input_shape) + ", as many as the workspace was made for",
                     std::to_string(samples.size()) + " values"};
  workspace.staging.begin(workspace.context, samples);
  const auto input = workspace.staging.use(workspace.context);
  workspace.recordings.run(workspace.context, recording_key(count, input.data()), [&] {
    const float* features = compute_features(workspace.context, count, input.data(),
                                             workspace.base_arena.data(), workspace.features.data());
    detail::forward<head_network, inference_mode, B>(
        detail::Frame<B>{workspace.context, count, features, workspace.output.data(),
                         workspace.head_arena.data(), head_.data()});
  });
  const std::span<float> result{workspace.result.data(), count * output_shape.size()};
  B::download(workspace.context, workspace.output.data(), result);
  return result;
}

}  // namespace graft
