// SPDX-License-Identifier: MIT
#pragma once

#include <graft/losses/check_loss.hpp>
#include <graft/training/batch_memory.hpp>
#include <graft/training/extract.hpp>
#include <graft/training/losses_of_rows.hpp>
#include <graft/training/require_data.hpp>

namespace graft {

/// Means over a data set.
struct Evaluation {
  double loss = 0.0;
  double accuracy = 0.0;  ///< fraction, 0 to 1
};

struct EvaluateOptions {
  std::size_t batch_size = 32;
  Console console = Console::quiet();  ///< for the progress of extracting features
  FeatureStorageOptions features{};    ///< in memory up to a limit, beyond it in a file
};

namespace detail {

/// Loss and accuracy of a model's head over feature sets, without dropout.
template <class Model, Loss L>
class Evaluator {
  using B = typename Model::backend;
  using Logits = LogitsOf<typename Model::head_network>;
  static constexpr std::size_t outputs = Model::output_shape.size();

 public:
  Evaluator(const L& loss, std::size_t batch_size)
      : loss_{loss},
        batch_size_{batch_size},
        arena_{batch_size * plan_of<Logits, inference_mode>.arena_size},
        logits_{batch_size * outputs},
        losses_{batch_size} {}

  Evaluation run(typename B::Context& context, ParameterPointer<const float> parameters,
                 const FeatureSource<B>& source, BatchMemory<Model>& memory) {
    const FeatureSet& set = source.set();
    Evaluation total;
    std::vector<std::size_t> samples;
    for (std::size_t begin = 0; begin < set.size(); begin += batch_size_) {
      samples.resize(std::min(batch_size_, set.size() - begin));
      std::iota(samples.begin(), samples.end(), begin);
      memory.gather(context, source, samples);
      const auto batch = memory.use(context);
      forward<Logits, inference_mode, B>(
          Frame<B>{context, batch.size, batch.x, logits_.data(), arena_.data(), parameters});
      B::template loss<L, outputs>(context, loss_, batch.size, logits_.data(), batch.t, nullptr,
                                   losses_.data());
      const LossSums sums = losses_.sums(context, batch.size);
      total.loss += sums.loss;
      total.accuracy += sums.accuracy;
    }
    const double count = static_cast<double>(set.size());
    return {total.loss / count, total.accuracy / count};
  }

 private:
  L loss_;
  std::size_t batch_size_;
  typename B::Buffer arena_, logits_;
  LossesOfRows<B> losses_;
};

}  // namespace detail

template <class Base, class Head, Backend B>
template <class Data, class L>
Evaluation Model<Base, Head, B>::evaluate(const Data& data, const L& loss,
                                          const EvaluateOptions& options) const {
  detail::check_loss<L, head_network>();
  detail::require_batch_size(options.batch_size);
  if constexpr (!std::is_same_v<Data, FeatureSet>) {
    detail::require_classes<output_shape.size()>(data);
    return evaluate(extract(data, {options.console, options.features}), loss, options);
  } else {
    detail::require_features<Model>(data, "data set");
    typename B::Context context{threads_};
    detail::BatchMemory<Model> memory{options.batch_size};
    return detail::Evaluator<Model, L>{loss, options.batch_size}.run(context, head_.data(), data, memory);
  }
}

template <class Base, class Head, Backend B>
template <class Data, class L>
Evaluation Model<Base, Head, B>::evaluate(const Data& data, const L& loss) const {
  return evaluate(data, loss, EvaluateOptions{});
}

template <class Base, class Head, Backend B>
auto Model<Base, Head, B>::predict(const FeatureSet& features) const -> Tensor<output_shape.rank + 1> {
  detail::require_feature_size<Model>(features, "features");
  constexpr std::size_t batch_size = 32;
  typename B::Context context{threads_};
  detail::BatchMemory<Model> memory{batch_size};
  typename B::Buffer arena{batch_size * head_arena_size}, output{batch_size * output_shape.size()};
  auto result = Tensor<output_shape.rank + 1>::from_shape(
      batch_shape<output_shape.rank>(features.size(), output_shape));
  std::vector<std::size_t> samples;
  for (std::size_t begin = 0; begin < features.size(); begin += batch_size) {
    samples.resize(std::min(batch_size, features.size() - begin));
    std::iota(samples.begin(), samples.end(), begin);
    memory.gather(context, features, samples);
    const auto batch = memory.use(context);
    detail::forward<head_network, inference_mode, B>(
        detail::Frame<B>{context, batch.size, batch.x, output.data(), arena.data(), head_.data()});
    B::download(context, output.data(),
                {result.data() + begin * output_shape.size(), samples.size() * output_shape.size()});
  }
  return result;
}

}  // namespace graft
