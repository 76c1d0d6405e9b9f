// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/cut_values.hpp>
#include <graft/training/cut_point.hpp>
#include <graft/training/extract.hpp>

namespace graft {

/// What a backbone makes of a data set up to one of its layers.
struct CutFeatures {
  CutPoint cut;
  FeatureSet features;
};

namespace detail {

template <class Net, fixed_string Name>
CutPoint cut_point(double seconds) {
  using Part = typename Net::template Until<Name>;
  return {std::string{Name.view()}, Part::output_shape, Part::parameter_count, Part::macs, seconds};
}

}  // namespace detail

/// Features of a data set at several layers of a backbone, in the order of their names, from one pass: each
/// image is decoded once, and the backbone is executed once, as far as the last of the layers. They are the
/// same bits as those of backbones cut there, Until<"name">, whose models' fit, evaluate and predict take
/// them. A layer that is computed together with the one behind it, as a convolution before its batch
/// normalisation, does not compile: cut behind the latter. The memory limit of the options is that of all
/// sets together. Throws what Model::extract throws, but for the number of classes.
template <fixed_string... Names, LayeredNetwork Net, Backend B, class Data>
std::array<CutFeatures, sizeof...(Names)> extract_cuts(const Extractor<Net, B>& backbone, const Data& data,
                                                       const ExtractOptions& options = {},
                                                       Threads threads = {}) {
  constexpr std::size_t cuts = sizeof...(Names);
  static_assert(cuts > 0, "graft: extract_cuts<\"name\", ...>: expected at least one layer");
  constexpr std::array sizes{Net::template Until<Names>::output_shape.size()...};
  detail::require_samples<Net::input_shape>(data);
  backbone.require_weights();
  std::size_t memory = options.features.memory_limit;
  const auto make_set = [&](std::size_t size) {
    FeatureSet set{data.size(), size, data.class_names(), {memory, options.features.directory}};
    if (!set.on_disk()) memory -= data.size() * size * sizeof(float);
    return set;
  };
  std::array<FeatureSet, cuts> sets{make_set(Net::template Until<Names>::output_shape.size())...};

  typename B::Context context{threads};
  typename B::Buffer arena = detail::extraction_arena<B>(context, Extractor<Net, B>::arena_size);
  std::vector<double> seconds(B::slots(context) * cuts);
  constexpr std::size_t all =
      (Net::output_shape.size() + ... + Net::template Until<Names>::output_shape.size());
  detail::extract_into<B, typename Net::preprocessing, Net::input_shape>(
      sets, data, context, threads, all, options,
      [&](typename B::Context& own, std::size_t count, const float* input, float* result) {
        float* const y = result;
        result += count * Net::output_shape.size();
        std::array<float*, cuts> values{};
        for (std::size_t k = 0; k < cuts; result += count * sizes[k++]) values[k] = result;
        backbone.template run_cuts<Names...>(own, count, input, arena.data(), y, values, seconds);
        std::array<const float*, cuts> features{};
        std::copy(values.begin(), values.end(), features.begin());
        return features;
      });

  std::size_t k = 0;
  const auto mean_seconds = [&](std::size_t cut) {
    double sum = 0;
    for (std::size_t i = cut; i < seconds.size(); i += cuts) sum += seconds[i];
    return sets[cut].size() == 0 ? 0.0 : sum / static_cast<double>(sets[cut].size());
  };
  const auto finish = [&](CutPoint (*describe)(double)) {
    CutPoint point = describe(mean_seconds(k));
    return CutFeatures{std::move(point), std::move(sets[k++])};
  };
  return {finish(&detail::cut_point<Net, Names>)...};
}

}  // namespace graft
