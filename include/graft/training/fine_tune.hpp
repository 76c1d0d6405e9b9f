// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/move_boundary.hpp>
#include <graft/training/fit.hpp>

namespace graft {

/// Options of fine_tune; what both phases share is as in FitOptions.
template <class Data>
struct FineTuneOptions {
  std::size_t head_epochs = 5;       ///< of the first phase: the head on the whole backbone, frozen
  std::size_t epochs = 5;            ///< of the second: the head and the unfrozen layers
  float learning_rate = 1e-5f;       ///< of the second; the first has the optimizer's
  LearningRates learning_rates{};    ///< of layers that have another one in the second
  std::size_t batch_size = 32;       ///< the last batch of an epoch may be smaller
  const Data* validation = nullptr;  ///< measured after each epoch
  bool shuffle = true;               ///< a new order for each epoch, from the model's seed
  std::function<Training(const EpochLog&)> on_epoch_end{};  ///< after validation; may stop its phase
  Console console = Console::standard_output();             ///< Console::quiet() prints nothing
  FeatureStorageOptions features{};  ///< of each data set: in memory up to a limit, beyond it in a file
  StageTimes* times = nullptr;       ///< where the seconds are told, if anywhere
};

/// What fine_tune returns.
template <class Model>
struct FineTuned {
  Model model;      ///< its layers up to the boundary frozen; moved to the type it was made from, all of them
  History history;  ///< of both phases; phases() says where the second begins
};

/// Transfer learning's two steps: first the head is trained on the backbone frozen whole, so that it stops
/// sending noise down; then the layers behind the one that Keras calls `Through` are trained with it, at a
/// small learning rate, by a fresh optimizer. Batch normalisations of the backbone keep their statistics,
/// unless `Statistics` says otherwise. The model is taken over. Throws what `fit` throws.
/// Source: Keras' guide "Transfer learning & fine-tuning".
template <fixed_string Through, class Statistics = FrozenStatistics, class Base, class Head, class B,
          class Data, class L, class O>
auto fine_tune(Model<Base, Head, B>&& model, const Data& training, const L& loss, const O& optimizer,
               const FineTuneOptions<std::type_identity_t<Data>>& options = {}) {
  static_assert(!std::is_same_v<Data, FeatureSet>,
                "graft: fine_tune: expected images, for the two phases have other features");
  using Tuned = typename Model<Base, Head, B>::template FreezeThrough<Through, Statistics>;
  detail::rate_of_nodes(graph_of<typename Tuned::head_network>.nodes,
                        options.learning_rates);  // before the work
  FitOptions<Data> phase{.epochs = options.head_epochs,
                         .batch_size = options.batch_size,
                         .validation = options.validation,
                         .shuffle = options.shuffle,
                         .on_epoch_end = options.on_epoch_end,
                         .console = options.console,
                         .features = options.features,
                         .times = options.times};
  History history;
  if (phase.epochs > 0) history = model.fit(training, loss, optimizer, phase);

  phase.initial_epoch = history.size();
  phase.epochs = history.size() + options.epochs;
  phase.learning_rates = options.learning_rates;
  O slow = optimizer;
  slow.learning_rate = options.learning_rate;
  Tuned tuned = std::move(model);
  history.append(tuned.fit(training, loss, slow, phase));
  return FineTuned<Tuned>{std::move(tuned), std::move(history)};
}

}  // namespace graft
