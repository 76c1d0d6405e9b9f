// SPDX-License-Identifier: MIT
#pragma once

#include <graft/data/batch_loader.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/training/feature_set.hpp>
#include <graft/training/progress.hpp>
#include <graft/training/require_data.hpp>
#include <graft/training/stage_times.hpp>

#include <mutex>

namespace graft {

struct ExtractOptions {
  Console console = Console::quiet();  ///< for the progress
  FeatureStorageOptions features{};    ///< in memory up to a limit, beyond it in a file
  StageTimes* times = nullptr;         ///< where the seconds are told, if anywhere
};

namespace detail {

/// Writes sample i of a data set as the network's input; false leaves it out. One overload for each kind of
/// data set.
template <class Model>
bool fill_sample(const ImageFolder& folder, std::size_t i, float* input, StageTimes* times) {
  using P = typename PreprocessingOf<typename Model::base>::type;
  try {
    const Pixels image = [&] {
      const StageTimes::Scope scope{times, Stage::decode};
      return folder.load(i);
    }();
    const StageTimes::Scope scope{times, Stage::preprocess};
    preprocess_into<P>(image, Model::input_shape, folder.options().interpolation, input);
  } catch (const ImageError&) {
    if (folder.options().on_bad_image == OnBadImage::stop) throw;
    return false;
  }
  return true;
}

template <class Model, std::size_t Rank>
bool fill_sample(const TensorData<Rank>& data, std::size_t i, float* input, StageTimes*) {
  static_assert(Rank == Model::input_shape.rank + 1,
                "graft: the data set's samples have another rank than the input");
  const float* sample = data.samples().data() + i * Model::input_shape.size();
  std::copy_n(sample, Model::input_shape.size(), input);
  return true;
}

/// Threads that fill samples beside those that compute: as many, so that they keep up also where decoding is
/// the longer work; where it is not, they sleep most of the time. What is in memory already needs none.
inline std::size_t loading_threads(const ImageFolder&, Threads threads) { return threads.resolved(); }
template <std::size_t Rank>
std::size_t loading_threads(const TensorData<Rank>&, Threads) {
  return 0;
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

/// Samples that a backend computes at once, if it likes them in batches.
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

  typename B::Context context{threads_};
  const std::size_t slots = B::slots(context), batch_size = B::images_per_slot(detail::extraction_batch);
  typename B::Buffer arena{slots * batch_size * base_arena_size};
  BatchLoader loader{
      std::move(order),
      batch_size,
      input_shape.size(),
      detail::loading_threads(data, threads_),
      [&](std::size_t i, float* input) { return detail::fill_sample<Model>(data, i, input, options.times); },
      {.held = slots, .ahead = std::max<std::size_t>(2, 8 * slots / batch_size)}};
  auto progress = Progress::task(options.console, "Extracting features", data.size(), "image");
  std::mutex turn;  // batches and rows of features are given out together, in one order
  std::exception_ptr failure;

  // Every slot takes batches until there are no more; none waits for another.
  const auto compute = [&] {
    typename B::Buffer staging{B::staging_size(batch_size * input_shape.size())};
    typename B::Buffer result{has_backbone ? batch_size * feature_shape.size() : 0};
    std::optional<BatchLoader::Batch> batch;
    const auto take = [&] {
      batch.reset();
      const StageTimes::Scope scope{options.times, Stage::wait};
      const std::lock_guard lock{turn};
      progress.update(features.size() + loader.left_out());
      batch = loader.next();
      if (!batch) return std::span<float>{};
      labels.clear();
      for (const std::size_t i : batch->indices) labels.push_back(data.label(i));
      return features.append(batch->indices, labels);
    };
    for (std::span<float> rows = take(); batch; rows = take()) {
      const StageTimes::Scope scope{options.times, Stage::backbone};
      const float* input = B::stage(context, batch->samples, staging);
      B::download(context,
                  compute_features(context, batch->indices.size(), input, arena.data(), result.data()), rows);
    }
  };
  B::split_batch(context, slots, [&](std::size_t, std::size_t, std::size_t) {
    try {
      compute();
    } catch (...) {
      const std::lock_guard lock{turn};
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
  progress.finish();
  return features;
}

template <class Base, class Head, Backend B>
template <class Data>
FeatureSet Model<Base, Head, B>::extract(const Data& data) const {
  return extract(data, ExtractOptions{});
}

}  // namespace graft
