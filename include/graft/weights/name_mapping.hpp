// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/weights/archive.hpp>
#include <graft/weights/expected_layer.hpp>
#include <graft/weights/layer_number.hpp>
#include <graft/weights/portable_name.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Where a layer of the model finds its weights: found->tensors[i] holds expected->parameters[i].
struct Match {
  const ExpectedLayer* expected = nullptr;
  const ArchiveLayer* found = nullptr;
};

namespace detail {

/// For every expected layer the layer of the file that one of the rules below gives it, or null.
using Assignment = std::vector<Match>;

/// The numbers that automatic names have in one set of layers, ascending, for each family.
template <class Layer>
using Families = std::map<std::string_view, std::map<std::size_t, const Layer*>>;

template <class Layer>
Families<Layer> families(std::span<const Layer* const> layers) {
  Families<Layer> result;
  for (const Layer* layer : layers) {
    const auto [family, number] = layer_number(layer->name);
    result[family].emplace(number, layer);
  }
  return result;
}

template <class Layer>
std::vector<const Layer*> weighted(std::span<const Layer> layers) {
  std::vector<const Layer*> result;
  for (const Layer& layer : layers)
    if (!parts(layer).empty()) result.push_back(&layer);
  return result;
}

/// The weighted layers of file and model, and the three ways to bring them together.
class LayerMatcher {
 public:
  LayerMatcher(std::span<const ArchiveLayer> layers, std::span<const ExpectedLayer> expected)
      : stored_{weighted(layers)},
        expected_{weighted(expected)},
        stored_families_{families<ArchiveLayer>(stored_)},
        expected_families_{families<ExpectedLayer>(expected_)} {}

  Assignment by_name() const {
    std::map<std::string, const ArchiveLayer*> names;
    for (const auto* layer : stored_) names.emplace(portable_name(layer->name), layer);
    return assign([&](std::size_t i) {
      const auto found = names.find(portable_name(expected_[i]->name));
      return found == names.end() ? nullptr : found->second;
    });
  }

  /// Keras' own rule: the weighted layers in the order of model.layers.
  Assignment by_order() const {
    return assign([&](std::size_t i) { return i < stored_.size() ? stored_[i] : nullptr; });
  }

  /// The k-th smallest number of a family in the file is the k-th that was created, where numbers are without
  /// gaps.
  Assignment by_number() const {
    return assign([&](std::size_t i) -> const ArchiveLayer* {
      const auto [family, number] = layer_number(expected_[i]->name);
      const auto found = stored_families_.find(family);
      const std::size_t rank = number - expected_families_.at(family).begin()->first;
      if (found == stored_families_.end() || rank >= found->second.size()) return nullptr;
      return std::next(found->second.begin(), static_cast<std::ptrdiff_t>(rank))->second;
    });
  }

  /// Whether automatic numbers start alike. TensorFlow 2's conv2d, conv2d_1, … share all but one of the names
  /// with our conv2d_1, conv2d_2, …, each of which means the layer before.
  bool numbers_start_alike() const {
    return std::all_of(expected_families_.begin(), expected_families_.end(), [&](const auto& entry) {
      const auto found = stored_families_.find(entry.first);
      return found == stored_families_.end() || found->second.begin()->first == entry.second.begin()->first;
    });
  }

  const std::vector<const ArchiveLayer*>& stored() const { return stored_; }

 private:
  template <class Rule>
  Assignment assign(Rule rule) const {
    Assignment result;
    for (std::size_t i = 0; i < expected_.size(); ++i) result.push_back({expected_[i], rule(i)});
    return result;
  }

  std::vector<const ArchiveLayer*> stored_;
  std::vector<const ExpectedLayer*> expected_;
  Families<ArchiveLayer> stored_families_;
  Families<ExpectedLayer> expected_families_;
};

/// True if every layer that has been given one fits it.
inline bool fits(const Assignment& assignment) {
  return std::none_of(assignment.begin(), assignment.end(), [](const Match& match) {
    return match.found != nullptr && difference(*match.expected, *match.found);
  });
}

inline std::size_t count_found(const Assignment& assignment) {
  return static_cast<std::size_t>(
      std::count_if(assignment.begin(), assignment.end(), [](const Match& m) { return m.found != nullptr; }));
}

/// Throws the first difference, in the order of the model; `missing` is what the file has in place of a
/// layer.
inline void require_fit(std::string_view file, const Assignment& assignment, const std::string& missing) {
  for (const auto& [expected, found] : assignment) {
    if (found == nullptr) throw WeightMismatch(file, expected->name, describe(*expected), missing);
    if (auto difference_here = difference(*expected, *found))
      throw WeightMismatch(file, difference_here->name, difference_here->expected, difference_here->found);
  }
}

}  // namespace detail

/// Finds the weights of every expected layer that has parameters; `expected` is in Keras' order of
/// model.layers, and may be the beginning of what the file holds (a cut backbone).
///
/// Names count when every expected layer is found and the automatic numbers start alike. Otherwise layers go
/// by order, as Keras does, cross-checked by the automatic numbers: where the two disagree, shapes decide,
/// and where they cannot, the file is refused rather than guessed at.
///
/// A model cut inside a branch is no such beginning: pass the layers of the whole backbone and use those it
/// needs, or a file with other offsets may be refused as ambiguous.
///
/// Throws WeightMismatch for the first layer or parameter that differs, ArchiveError if the order is
/// ambiguous. The result points into `layers` and `expected`.
inline std::vector<Match> match_layers(std::string_view file, std::span<const ArchiveLayer> layers,
                                       std::span<const ExpectedLayer> expected) {
  using namespace detail;
  const LayerMatcher matcher{layers, expected};
  const Assignment by_name = matcher.by_name();
  const bool start_alike = matcher.numbers_start_alike();
  if (start_alike && count_found(by_name) == by_name.size()) {
    require_fit(file, by_name, "");
    return by_name;
  }

  const Assignment by_order = matcher.by_order(), by_number = matcher.by_number();
  const bool order_fits = fits(by_order), number_fits = fits(by_number);
  if (order_fits && count_found(by_order) == by_order.size()) {
    for (std::size_t i = 0; number_fits && i < by_order.size(); ++i)
      if (by_number[i].found != nullptr && by_number[i].found != by_order[i].found)
        throw ArchiveError(std::string{file} + ": " + by_order[i].expected->name,
                           "layers whose order and automatic numbers agree",
                           by_order[i].found->name + " by order and " + by_number[i].found->name +
                               " by number, both of which have the right shapes");
    return by_order;
  }
  if (number_fits && count_found(by_number) == by_number.size()) return by_number;

  // Nothing fits: report what helps most.
  if (order_fits)
    require_fit(file, by_order,
                matcher.stored().empty()
                    ? "a file without weights"
                    : "the end of the file after layer " + matcher.stored().back()->name);
  if (start_alike && 2 * count_found(by_name) >= by_name.size())
    require_fit(file, by_name, "no layer of that name");
  require_fit(file, by_order, "the end of the file");
  return {};  // not reached: one of the layers differs
}

}  // namespace graft
