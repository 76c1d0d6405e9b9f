// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>
#include <graft/backend/reference/dense.hpp>
#include <graft/backend/reference/depthwise_convolution.hpp>
#include <graft/backend/reference/dropout.hpp>
#include <graft/backend/reference/elementwise.hpp>
#include <graft/backend/reference/multiply.hpp>
#include <graft/backend/reference/normalization.hpp>
#include <graft/backend/reference/pooling.hpp>
#include <graft/backend/reference/standardization.hpp>
#include <graft/backend/reference/training.hpp>

#include <string_view>

namespace graft {

/// Every primitive in plain loops on one thread: slow, obvious, and the oracle of every other backend's
/// tests. A backend of the processor may derive from it and replace what it does better.
struct Reference : detail::ReferenceConvolution,
                   detail::ReferenceDepthwiseConvolution,
                   detail::ReferencePooling,
                   detail::ReferenceDense,
                   detail::ReferenceNormalization,
                   detail::ReferenceStandardization,
                   detail::ReferenceElementwise,
                   detail::ReferenceMultiply,
                   detail::ReferenceDropout,
                   detail::ReferenceTraining {
  static constexpr std::string_view name = "Reference";
};

}  // namespace graft
