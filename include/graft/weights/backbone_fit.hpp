// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/archive.hpp>
#include <graft/weights/backbones.hpp>
#include <graft/weights/name_mapping.hpp>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// A backbone for which a file has the weights, up to one of its layers.
struct BackboneFit {
  std::string name;          ///< as in KnownBackbones
  std::string layer{};       ///< the last one: Until<layer> can be loaded
  bool whole = false;        ///< nothing of the backbone is missing
  std::size_t weighted = 0;  ///< how many of its layers with parameters the file has
};

namespace detail {

/// The names of the expected layers that a rule finds in a file as the model needs them.
inline std::set<std::string> fitting(const Assignment& assignment) {
  std::set<std::string> names;
  for (const auto& [expected, found] : assignment)
    if (found != nullptr && !difference(*expected, *found)) names.insert(expected->name);
  return names;
}

/// The cut that needs most of the layers in `has` and no other. Of those that need as many: the last one
/// whose layer the file names, too, else the first one that parameters follow, else the last.
inline BackboneFit furthest(const RuntimeBackbone& backbone, const std::set<std::string>& has,
                            const std::set<std::string_view>& names) {
  BackboneFit best{std::string{backbone.name()}};
  int best_rank = 0;
  for (const ExpectedLayer& last : backbone.layers()) {
    if (!last.parameters.empty() && !has.contains(last.name)) continue;
    const RuntimeBackbone cut = backbone.until(last.name);
    std::size_t weighted = 0, missing = 0;
    for (const ExpectedLayer& layer : cut.layers())
      if (!layer.parameters.empty()) ++(has.contains(layer.name) ? weighted : missing);
    if (missing > 0 || weighted < best.weighted) continue;
    const int rank = names.contains(last.name) ? 2 : !cut.is_cut() || cut.parameters_follow() ? 1 : 0;
    if (weighted == best.weighted && (rank < best_rank || (rank == 1 && best_rank == 1))) continue;
    best = {best.name, last.name, !cut.is_cut(), weighted};
    best_rank = rank;
  }
  return best;
}

inline BackboneFit fit_of(const Archive& archive, const RuntimeBackbone& backbone) {
  const std::vector<ExpectedLayer> layers = backbone.layers();
  const LayerMatcher matcher{archive.layers(), archive.order(), layers};
  std::set<std::string_view> names;
  if (std::any_of(archive.layers().begin(), archive.layers().end(),
                  [](const ArchiveLayer& layer) { return layer.tensors.empty(); }))
    for (const ArchiveLayer& layer : archive.layers()) names.insert(layer.name);
  BackboneFit best{std::string{backbone.name()}};
  for (const Assignment& assignment : {matcher.by_name(), matcher.by_order(), matcher.by_number()}) {
    BackboneFit fit = furthest(backbone, fitting(assignment), names);
    if (fit.weighted > best.weighted && backbone.until(fit.layer).fits(archive)) best = std::move(fit);
  }
  return best;
}

}  // namespace detail

/// The backbones for which a file has the most layers; none if it has few for each. A few layers that happen
/// to have the shapes of a backbone's first make no backbone, unless the file has nothing else.
inline std::vector<BackboneFit> best_fits(const Archive& archive,
                                          const std::vector<RuntimeBackbone>& backbones) {
  constexpr std::size_t few = 4;
  const auto in_file = static_cast<std::size_t>(
      std::count_if(archive.layers().begin(), archive.layers().end(),
                    [](const ArchiveLayer& layer) { return !layer.tensors.empty(); }));
  std::size_t most = std::max<std::size_t>(1, std::min(few, in_file));
  std::vector<BackboneFit> best;
  for (const RuntimeBackbone& backbone : backbones) {
    BackboneFit fit = detail::fit_of(archive, backbone);
    if (fit.weighted < most) continue;
    if (fit.weighted > most) best.clear();
    most = fit.weighted;
    best.push_back(std::move(fit));
  }
  return best;
}

inline std::ostream& operator<<(std::ostream& out, const BackboneFit& fit) {
  return out << fit.name << (fit.whole ? ", whole" : ", up to " + fit.layer);
}

}  // namespace graft
