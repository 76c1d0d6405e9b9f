// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/sort_by.hpp>
#include <graft/training/evaluate.hpp>
#include <graft/training/report.hpp>

#include <algorithm>

namespace graft {

namespace detail {

/// What a row of outputs says: a class, and its probability.
struct Verdict {
  std::size_t label = 0;
  double probability = 0.0;
};

inline Verdict verdict(std::span<const float> outputs) {
  if (outputs.size() == 1) {
    const double p = double{outputs[0]};
    return p > 0.5 ? Verdict{1, p} : Verdict{0, 1.0 - p};
  }
  const auto best = std::max_element(outputs.begin(), outputs.end());
  return {static_cast<std::size_t>(best - outputs.begin()), double{*best}};
}

/// A picture small enough for a page: the longer side is `side` pixels.
inline Pixels thumbnail(const Pixels& image, std::size_t side) {
  const std::size_t height = image.shape(0), width = image.shape(1), longer = std::max(height, width);
  if (longer <= side) return image;
  return resize_nearest(image, std::max<std::size_t>(1, height * side / longer),
                        std::max<std::size_t>(1, width * side / longer));
}

}  // namespace detail

/// A report of a trained classifier on a folder of images: the curves, the confusion matrix, and the images
/// that it got most wrong; where there are fewer than `most`, those that it was least certain of. `features`
/// are the folder's.
template <class Model>
Report make_report(const Model& model, const ImageFolder& images, const FeatureSet& features, History history,
                   std::size_t most = 12) {
  const auto outputs = model.predict(features);
  constexpr std::size_t units = Model::output_shape.size();
  Report report{.title = "Training report",
                .history = std::move(history),
                .class_names = features.class_names(),
                .confusion = ConfusionMatrix{features.class_names()}};
  std::vector<std::pair<std::size_t, detail::Verdict>> order;  // sample, verdict
  for (std::size_t i = 0; i < features.size(); ++i) {
    order.emplace_back(i, detail::verdict({outputs.data() + i * units, units}));
    report.confusion.add(features.label(i), order.back().second.label);
  }
  const auto goodness = [&](const auto& item) {
    const auto& [sample, verdict] = item;
    return verdict.label != features.label(sample) ? -verdict.probability : verdict.probability;
  };
  detail::sort_by(order, goodness);
  order.resize(std::min(order.size(), most));
  for (const auto& [sample, verdict] : order) {
    const std::size_t origin = features.origin(sample);
    report.mistakes.push_back({std::filesystem::relative(images.file(origin), images.root()).string(),
                               features.label(sample), verdict.label, verdict.probability,
                               detail::thumbnail(images.load(origin), 200)});
  }
  report.summary = model.summary();
  return report;
}

}  // namespace graft
