// SPDX-License-Identifier: MIT
#pragma once

#include <graft/data/batch_loader.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/training/feature_set.hpp>
#include <graft/training/progress.hpp>
#include <graft/training/require_data.hpp>
#include <graft/training/stage_times.hpp>

#include <array>
#include <mutex>

namespace graft {

struct ExtractOptions {
  Console console = Console::quiet();  ///< for the progress
  FeatureStorageOptions features{};    ///< in memory up to a limit, beyond it in a file
  StageTimes* times = nullptr;         ///< where the seconds are told, if anywhere
};

namespace detail {

/// Writes sample i of a data set as an input of that shape; false leaves it out. One overload for each kind
/// of data set.
template <class P, Shape InputShape>
bool fill_sample(const ImageFolder& folder, std::size_t i, float* input, StageTimes* times) {
  try {
    const Pixels image = [&] {
      const StageTimes::Scope scope{times, Stage::decode};
      return folder.load(i);
    }();
    const StageTimes::Scope scope{times, Stage::preprocess};
    preprocess_into<P>(image, InputShape, folder.options().interpolation, input);
  } catch (const ImageError&) {
    if (folder.options().on_bad_image == OnBadImage::stop) throw;
    return false;
  }
  return true;
}

template <class P, Shape InputShape, std::size_t Rank>
bool fill_sample(const TensorData<Rank>& data, std::size_t i, float* input, StageTimes*) {
  static_assert(Rank == InputShape.rank + 1,
                "graft: the data set's samples have another rank than the input");
  std::copy_n(data.samples().data() + i * InputShape.size(), InputShape.size(), input);
  return true;
}

/// Threads that fill samples beside those that compute: as many, so that they keep up also where decoding is
/// the longer work; where it is not, they sleep most of the time. What is in memory already needs none.
inline std::size_t loading_threads(const ImageFolder&, Threads threads) { return threads.resolved(); }
template <std::size_t Rank>
std::size_t loading_threads(const TensorData<Rank>&, Threads) {
  return 0;
}

template <Shape InputShape, std::size_t Rank>
void require_samples(const TensorData<Rank>& data) {
  require_sample_shape(data.samples(), InputShape);
}
template <Shape InputShape>
void require_samples(const ImageFolder&) {
  static_assert(InputShape.rank == 3 && InputShape[2] == 3,
                "graft: an ImageFolder needs a model of RGB images, Image<height, width>");
}

/// Samples that a backend computes at once, if it likes them in batches.
inline constexpr std::size_t extraction_batch = 16;

/// Fills feature sets, one or several, from one pass over a data set, whose samples have preprocessing P.
/// compute(context, count, inputs, result) gets a thread's memory for `result_size` floats a sample, and
/// returns where the features for each set are. // array of pointers to (count, feature size)
template <Backend B, class P, Shape InputShape, class Data, std::size_t Sets, class Compute>
void extract_into(std::array<FeatureSet, Sets>& sets, const Data& data, typename B::Context& context,
                  Threads threads, std::size_t result_size, const ExtractOptions& options,
                  const Compute& compute) {
  std::vector<std::size_t> order(data.size()), labels;
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t slots = B::slots(context), batch_size = B::images_per_slot(extraction_batch);
  BatchLoader loader{
      std::move(order),
      batch_size,
      InputShape.size(),
      loading_threads(data, threads),
      [&](std::size_t i, float* input) { return fill_sample<P, InputShape>(data, i, input, options.times); },
      {.held = slots, .ahead = std::max<std::size_t>(2, 8 * slots / batch_size)}};
  auto progress = Progress::task(options.console, "Extracting features", data.size(), "image");
  std::mutex turn;  // batches and rows of features are given out together, in one order
  std::exception_ptr failure;

  // A batch on its way, and where its features go.
  struct Piece {
    explicit Piece(std::size_t floats) : staging{floats} {}
    typename B::Staging staging;
    std::optional<BatchLoader::Batch> batch;  // whose values may be read where they are
    std::size_t count = 0;
    std::array<std::span<float>, Sets> rows;
  };
  const auto take = [&](Piece& piece) {
    piece.batch.reset();
    const StageTimes::Scope scope{options.times, Stage::wait};
    const std::lock_guard lock{turn};
    progress.update(sets[0].size() + loader.left_out());
    piece.batch = loader.next();
    piece.count = piece.batch ? piece.batch->indices.size() : 0;
    if (piece.count == 0) return;
    labels.clear();
    for (const std::size_t i : piece.batch->indices) labels.push_back(data.label(i));
    for (std::size_t k = 0; k < Sets; ++k) piece.rows[k] = sets[k].append(piece.batch->indices, labels);
    piece.staging.begin(context, piece.batch->samples);
    if constexpr (!B::reads_host_memory) piece.batch.reset();  // they have been copied
  };

  const auto timed = [&](auto&& what) {
    const StageTimes::Scope scope{options.times, Stage::backbone};
    what();
  };

  // Every slot takes batches until there are no more; none waits for another. A backend with memory of its
  // own is given the next one while it computes.
  const auto work = [&] {
    const std::size_t floats = batch_size * InputShape.size();
    Piece pieces[]{Piece{floats}, Piece{B::reads_host_memory ? 0 : floats}};
    typename B::Buffer result{batch_size * result_size};
    take(pieces[0]);
    for (std::size_t i = 0; pieces[i].count > 0; i = B::reads_host_memory ? 0 : 1 - i) {
      Piece& piece = pieces[i];
      const auto input = piece.staging.use(context);
      const auto features_of = [&] { return compute(context, piece.count, input.data(), result.data()); };
      const auto keep = [&](const std::array<const float*, Sets>& features) {
        for (std::size_t k = 0; k < Sets; ++k) B::download(context, features[k], piece.rows[k]);
      };
      if constexpr (B::reads_host_memory) {
        timed([&] { keep(features_of()); });
        take(piece);
      } else {
        const auto features = features_of();
        take(pieces[1 - i]);
        timed([&] { keep(features); });  // waits for them
      }
    }
  };
  B::split_batch(context, slots, [&](std::size_t, std::size_t, std::size_t) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock{turn};
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
  progress.finish();
}

/// The arena for extraction: of each slot, for the samples that are computed at once.
template <Backend B>
typename B::Buffer extraction_arena(typename B::Context& context, std::size_t arena_size) {
  return typename B::Buffer{B::slots(context) * B::images_per_slot(extraction_batch) * arena_size};
}

}  // namespace detail

template <class Base, class Head, Backend B>
template <class Data>
FeatureSet Model<Base, Head, B>::extract(const Data& data, const ExtractOptions& options) const {
  using P = typename detail::PreprocessingOf<Base>::type;
  detail::require_classes<output_shape.size()>(data);  // before the work, not after it
  detail::require_samples<input_shape>(data);
  if constexpr (has_backbone) base_.require_weights();
  std::array sets{FeatureSet{data.size(), feature_shape.size(), data.class_names(), options.features}};
  typename B::Context context{threads_};
  typename B::Buffer arena = detail::extraction_arena<B>(context, base_arena_size);
  typename B::Recordings recordings;
  detail::extract_into<B, P, input_shape>(
      sets, data, context, threads_, has_backbone ? feature_shape.size() : 0, options,
      [&](typename B::Context& own, std::size_t count, const float* input, float* result) {
        if constexpr (has_backbone)
          recordings.run(own, recording_key(count, input),
                         [&] { base_.run(own, count, input, arena.data(), result); });
        return std::array{has_backbone ? static_cast<const float*>(result) : input};
      });
  return std::move(sets[0]);
}

template <class Base, class Head, Backend B>
template <class Data>
FeatureSet Model<Base, Head, B>::extract(const Data& data) const {
  return extract(data, ExtractOptions{});
}

}  // namespace graft
