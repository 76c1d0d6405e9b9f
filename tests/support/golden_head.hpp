// SPDX-License-Identifier: MIT
// The two small heads of tests/golden/optimizers and tests/golden/fit.
#pragma once

#include <graft/layers/dense.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/input.hpp>
#include <graft/model/trainable.hpp>

#include "support/golden.hpp"
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <string>

namespace graft::test {

using SigmoidHead = Sequential<Flatten, Dense<16, Relu>, Dense<1, Sigmoid>>;
using SoftmaxHead = Sequential<Flatten, Dense<16, Relu>, Dense<3, Softmax>>;
using GoldenInput = Input<3, 3, 8>;

/// A parameter as the files call it, which count from 0: "dense_1/kernel" is dense_kernel, "dense_2/kernel"
/// dense_1_kernel.
inline std::string golden_name(const ParameterEntry& entry) {
  return (entry.layer == "dense_1" ? "dense_" : "dense_1_") + entry.name;
}

template <LayeredNetwork N, Backend B>
void set_golden_parameters(Trainable<N, B>& head, const Golden& golden, const std::string& prefix) {
  for (const ParameterEntry& entry : parameter_table<N>())
    head.set_parameter(entry.layer + "/" + entry.name, golden.array(prefix + golden_name(entry)));
}

/// Every parameter within 1e-5 of Keras'.
template <LayeredNetwork N, Backend B>
void check_golden_parameters(const Trainable<N, B>& head, const Golden& golden, const std::string& prefix) {
  for (const ParameterEntry& entry : parameter_table<N>()) {
    CAPTURE(prefix + golden_name(entry));
    const xt::xarray<float> ours = head.parameter(entry.layer + "/" + entry.name);
    const std::vector<float> expected = golden(prefix + golden_name(entry));
    REQUIRE(ours.size() == expected.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i)
      largest = std::max(largest, std::fabs(double{ours.data()[i]} - double{expected[i]}));
    CHECK(largest <= 1e-5);
  }
}

}  // namespace graft::test
