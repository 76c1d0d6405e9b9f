// SPDX-License-Identifier: MIT
#pragma once

#include "support/convolution_runs.hpp"
#include "support/uploaded.hpp"
#include <type_traits>

namespace graft::test {

template <class Factor>
std::vector<float> rounded(std::vector<float> values) {
  if constexpr (!std::is_void_v<Factor>)
    for (float& v : values) v = Factor::round(v);
  return values;
}

/// A frozen convolution of a backend that rounds to a factor, or to none, against Reference's of rounded
/// numbers.
template <class B, class Factor, Conv2dSpec S, class Act>
void check_frozen_convolution(std::size_t batch) {
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1),
             bias = random_values(S.output.channels, 2), x = random_values(buffer_size(S.input, batch), 3);
  HostContext host{Threads{1}};
  auto expected = poison(buffer_size(S.output, batch)), y = expected;
  Reference::conv2d<S, Act>(host, batch, rounded<Factor>(x).data(), rounded<Factor>(kernel).data(),
                            bias.data(), expected.data());
  typename B::Context context{Threads{1}};
  const auto map = uploaded<B>(context, x), shift = uploaded<B>(context, bias);
  auto result = uploaded<B>(context, y);
  typename B::Buffer packed{B::template packed_size<S>};
  B::template pack_conv2d<S>(context, kernel, packed.data());
  B::template conv2d_packed<S, Act>(context, batch, map.data(), packed.data(), shift.data(), result.data());
  B::download(context, result.data(), y);
  CHECK(only_pixels_written(S.output, y));
  CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) < sum_tolerance(S.patch_size()));
}

}  // namespace graft::test
