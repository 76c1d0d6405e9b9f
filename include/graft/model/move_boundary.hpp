// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/model.hpp>

namespace graft {

namespace detail {

/// Whether the prepared parameters of a frozen network begin with those of one that is cut earlier: they do
/// but where something behind the cut is fused into a layer before it.
template <LayeredNetwork Short, LayeredNetwork Long, Backend B>
inline constexpr bool prepared_begins_alike = [] {
  constexpr auto& a = plan_of<Short, frozen_mode>;
  constexpr auto& b = plan_of<Long, frozen_mode>;
  for (std::size_t i = 0; i < a.step_count; ++i) {
    const Step &s = a.steps[i], &l = b.steps[i];
    if (i >= b.step_count || s.node != l.node || s.pad != l.pad || s.scale_shift != l.scale_shift ||
        s.activation != l.activation || a.locations[s.from].layout != b.locations[l.from].layout ||
        a.locations[s.to].layout != b.locations[l.to].layout ||
        prepared_offsets<Short, B>[i + 1] != prepared_offsets<Long, B>[i + 1])
      return false;
  }
  return true;
}();

}  // namespace detail

template <class Base, class Head, Backend B>
template <class OtherBase>
requires(!std::is_same_v<OtherBase, Base> && detail::same_backbone<OtherBase, Base>)
    Model<Base, Head, B>::Model(Model<OtherBase, Head, B>&& other)
    : seed_{other.seed_},
      threads_{other.threads_},
      head_{typename B::Buffer{Traits::unfrozen_parameter_count}, typename B::Buffer{0}} {
  using Other = Model<OtherBase, Head, B>;
  using Old = typename Other::extractor_type::network;
  using New = typename extractor_type::network;
  constexpr std::size_t whole = Traits::parameter_count + Traits::unfrozen_parameter_count;
  constexpr std::size_t old_frozen = Other::Traits::parameter_count, now_frozen = Traits::parameter_count;
  constexpr bool keeps_prepared = now_frozen <= old_frozen;
  typename B::Context context{Threads{1}};

  auto weights = std::move(other.base_).release();
  // All of the backbone on the host, of which the vector's own part does not move.
  weights.parameters.resize(whole);
  if constexpr (old_frozen < whole)
    B::download(context, other.head_.data().at(0), std::span{weights.parameters}.subspan(old_frozen));
  typename B::Buffer front{Traits::unfrozen_parameter_count};
  if constexpr (now_frozen < whole)
    B::upload(context, std::span{weights.parameters}.subspan(now_frozen), front.data());
  weights.parameters.resize(now_frozen);
  if constexpr (keeps_prepared && detail::prepared_begins_alike<New, Old, B>)
    base_.adopt(std::move(weights));
  else
    base_.assign(std::move(weights.parameters));
  head_ = {std::move(front), std::move(other.head_).release_back()};
}

}  // namespace graft
