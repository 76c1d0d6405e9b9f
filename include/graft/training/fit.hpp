// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/batch_memory.hpp>
#include <graft/training/evaluate.hpp>
#include <graft/training/extract.hpp>
#include <graft/training/history.hpp>
#include <graft/training/trainer.hpp>

#include <chrono>
#include <functional>

namespace graft {

/// What `on_epoch_end` says of the epochs to come.
enum class Training { go_on, stop };

/// Options of Model::fit; the names and defaults are Keras'.
template <class Data>
struct FitOptions {
  std::size_t epochs = 1;
  std::size_t batch_size = 32;       ///< the last batch of an epoch may be smaller
  const Data* validation = nullptr;  ///< measured after each epoch
  bool shuffle = true;               ///< a new order for each epoch, from the model's seed
  std::function<Training(const EpochLog&)> on_epoch_end{};  ///< after validation
  Console console = Console::standard_output();             ///< Console::quiet() prints nothing
  FeatureStorageOptions features{};  ///< of each data set: in memory up to a limit, beyond it in a file
  StageTimes* times = nullptr;       ///< where the seconds are told, if anywhere
  LearningRates learning_rates{};    ///< of layers that have another than the optimizer's
  std::size_t initial_epoch = 0;     ///< the number of the first epoch; `epochs` is one more than the last's
};

namespace detail {

/// One epoch over a feature set in an order: each batch measured before its update, as Keras does.
template <class Model, class Trainer>
LossSums train_epoch(Trainer& trainer, typename Model::backend::Context& context,
                     const FeatureSource<typename Model::backend>& source, std::span<const std::size_t> order,
                     std::size_t batch_size, BatchMemory<Model> (&memory)[2], Progress& progress,
                     StageTimes* times) {
  LossSums total;
  const auto gather = [&](BatchMemory<Model>& batch, std::size_t begin) {
    const StageTimes::Scope scope{times, Stage::gather};
    batch.gather(context, source, order.subspan(begin, std::min(batch_size, order.size() - begin)));
  };
  gather(memory[0], 0);
  for (std::size_t begin = 0, step = 1; begin < order.size(); begin += batch_size, ++step) {
    BatchMemory<Model>& after = memory[step % 2];
    const auto batch = memory[(step - 1) % 2].use(context);
    NextBatch next;
    if (begin + batch_size < order.size()) {
      gather(after, begin + batch_size);
      if constexpr (Trainer::looks_ahead) {
        const auto successor = after.use(context);
        next = {successor.size, successor.x};
      }
    }
    const LossSums sums = [&] {
      const StageTimes::Scope scope{times, Stage::step};
      return trainer.step(context, batch.size, batch.x, batch.t, next);
    }();
    total.loss += sums.loss;
    total.accuracy += sums.accuracy;
    const double seen = static_cast<double>(begin + batch.size);
    progress.update(step, {{"loss", total.loss / seen}, {"accuracy", total.accuracy / seen}});
  }
  return total;
}

}  // namespace detail

/// Trains the head, and the layers of the backbone that are not frozen, with `optimizer` on `loss`. The
/// frozen part's features are computed once, then each epoch runs over them. Returns loss and accuracy of
/// every epoch, accumulated as Keras does. Throws DataError if the classes do not suit the head, ImageError
/// for an image that cannot be decoded (unless the folder's options say to skip it), Error if the backbone
/// has no weights or a learning rate is of no layer that is trained; the model is then as it was.
template <class Base, class Head, Backend B>
template <class Data, class L, class O>
History Model<Base, Head, B>::fit(const Data& training, const L& loss, const O& optimizer,
                                  const FitOptions<std::type_identity_t<Data>>& options) {
  detail::check_loss<L, head_network>();
  detail::require_batch_size(options.batch_size);
  detail::rate_of_nodes(graph_of<head_network>.nodes, options.learning_rates);  // before the work
  if constexpr (!std::is_same_v<Data, FeatureSet>) {
    detail::require_classes<output_shape.size()>(training);
    if (options.validation != nullptr) detail::require_classes<output_shape.size()>(*options.validation);
    const ExtractOptions how{options.console, options.features, options.times};
    const FeatureSet features = extract(training, how);
    std::optional<FeatureSet> validation;
    if (options.validation != nullptr) validation.emplace(extract(*options.validation, how));
    return fit(features, loss, optimizer,
               FitOptions<FeatureSet>{.epochs = options.epochs,
                                      .batch_size = options.batch_size,
                                      .validation = validation ? &*validation : nullptr,
                                      .shuffle = options.shuffle,
                                      .on_epoch_end = options.on_epoch_end,
                                      .console = options.console,
                                      .features = options.features,
                                      .times = options.times,
                                      .learning_rates = options.learning_rates,
                                      .initial_epoch = options.initial_epoch});
  } else {
    detail::require_features<Model>(training, "training data");
    if (options.validation != nullptr)
      detail::require_features<Model>(*options.validation, "validation data");
    typename B::Context context{threads_};
    // A fit that goes on from another one drops out other values (an odd constant visits all 64-bit numbers).
    const Seed seed{seed_.value + options.initial_epoch * 0xD1B54A32D192ED03u};
    Trainer<head_network, B, L, O> trainer{head_.data(),          loss, optimizer, seed, options.batch_size,
                                           options.learning_rates};
    detail::Evaluator<Model, L> evaluator{loss, options.batch_size};
    using Memory = detail::BatchMemory<Model>;
    Memory memory[]{Memory{options.batch_size}, Memory{options.batch_size}};  // of a batch and its successor
    using Source = detail::FeatureSource<B>;
    const Source source = Source::kept(context, training);
    std::optional<Source> validation;
    if (options.validation != nullptr) validation.emplace(Source::kept(context, *options.validation));
    std::vector<std::size_t> order(training.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    History history;
    for (std::size_t epoch = options.initial_epoch; epoch < options.epochs; ++epoch) {
      const auto start = std::chrono::steady_clock::now();
      if (options.shuffle) order = shuffled_order(training.size(), seed_, static_cast<std::uint32_t>(epoch));
      const std::size_t steps = (order.size() + options.batch_size - 1) / options.batch_size;
      auto progress = Progress::epoch(options.console, epoch, options.epochs, steps);
      const LossSums sums = detail::train_epoch(trainer, context, source, order, options.batch_size, memory,
                                                progress, options.times);
      EpochLog log{.epoch = epoch,
                   .loss = sums.loss / static_cast<double>(training.size()),
                   .accuracy = sums.accuracy / static_cast<double>(training.size())};
      if (validation) {
        const Evaluation e = [&] {
          const StageTimes::Scope scope{options.times, Stage::validation};
          return evaluator.run(context, head_.data(), *validation, memory[0]);
        }();
        log.val_loss = e.loss;
        log.val_accuracy = e.accuracy;
        progress.finish({{"loss", log.loss},
                         {"accuracy", log.accuracy},
                         {"val_loss", e.loss},
                         {"val_accuracy", e.accuracy}});
      } else {
        progress.finish({{"loss", log.loss}, {"accuracy", log.accuracy}});
      }
      log.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      history.push_back(log);
      if (options.on_epoch_end && options.on_epoch_end(log) == Training::stop) break;
    }
    return history;
  }
}

}  // namespace graft
