// SPDX-License-Identifier: MIT
#pragma once

#include <graft/data/batch_loader.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/training/feature_set.hpp>
#include <graft/training/progress.hpp>
#include <graft/training/require_data.hpp>

namespace graft {

struct ExtractOptions {
  Console console = Console::quiet();  ///< for the progress
  FeatureStorageOptions features{};    ///< in memory up to a limit, beyond it in a file
};

namespace detail {

/// Writes sample i of a data set as the network's input; false leaves it out. One overload for each kind of
/// data set.
template <class Model>
bool fill_sample(const ImageFolder& folder, std::size_t i, float* input) {
  using P = typename PreprocessingOf<typename Model::base>::type;
  try {
    preprocess_into<P>(folder.load(i), Model::input_shape, folder.options().interpolation, input);
  } catch (const ImageError&) {
    if (folder.options().on_bad_image == OnBadImage::stop) throw;
    return false;
  }
  return true;
}

template <class Model, std::size_t Rank>
bool fill_sample(const TensorData<Rank>& data, std::size_t i, float* input) {
  static_assert(Rank == Model::input_shape.rank + 1,
                "graft: the data set's samples have another rank than the input");
  const float* sample = data.samples().data() + i * Model::input_shape.size();
  std::copy_n(sample, Model::input_shape.size(), input);
  return true;
}

template <class Model, std::size_t Rank>
void require_samples(const TensorData<Rank>& data) {
  require_sample_shape(data.samples(), Model::input_shape);
}
template <class Model>
void require_samples(const ImageFolder&) {
  static_assert(Model::input_shape.rank == 3 && Model::input_shape[2] == 3,
                "graft: an ImageFolder needs a model of RGB images, Image<height, width>");
}

/// Samples computed between two looks at the loader; decoding goes on meanwhile.
inline constexpr std::size_t extraction_batch = 16;

}  // namespace detail

template <class Base, class Head, Backend B>
template <class Data>
FeatureSet Model<Base, Head, B>::extract(const Data& data, const ExtractOptions& options) const {
  detail::require_classes<output_shape.size()>(data);  // before the work, not after it
  detail::require_samples<Model>(data);
  if constexpr (has_backbone) base_.require_weights();
  FeatureSet features{data.size(), feature_shape.size(), data.class_names(), options.features};
  std::vector<std::size_t> order(data.size()), labels;
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t decoders = has_backbone ? std::min<std::size_t>(2, threads_.resolved()) : 0;
  BatchLoader loader{
      std::move(order), detail::extraction_batch, input_shape.size(), decoders,
      [&data](std::size_t i, float* input) { return detail::fill_sample<Model>(data, i, input); }};

  typename B::Context context{threads_};
  typename B::Buffer staging{B::staging_size(detail::extraction_batch * input_shape.size())};
  typename B::Buffer arena{B::slots(context) * B::images_per_slot(detail::extraction_batch) *
                           base_arena_size};
  typename B::Buffer result{has_backbone ? detail::extraction_batch * feature_shape.size() : 0};
  auto progress = Progress::task(options.console, "Extracting features", data.size(), "image");
  while (const auto batch = loader.next()) {
    labels.clear();
    for (const std::size_t i : batch->indices) labels.push_back(data.label(i));
    const float* input = B::stage(context, batch->samples, staging);
    const float* computed =
        compute_features(context, batch->indices.size(), input, arena.data(), result.data());
    B::download(context, computed, features.append(batch->indices, labels));
    progress.update(features.size() + loader.left_out());
  }
  progress.finish();
  return features;
}

template <class Base, class Head, Backend B>
template <class Data>
FeatureSet Model<Base, Head, B>::extract(const Data& data) const {
  return extract(data, ExtractOptions{});
}

}  // namespace graft
