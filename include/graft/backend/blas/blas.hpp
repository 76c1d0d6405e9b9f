// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/convolution.hpp>
#include <graft/backend/blas/dense.hpp>
#include <graft/backend/blas/depthwise_convolution.hpp>
#include <graft/backend/blas/normalization.hpp>
#include <graft/backend/blas/update.hpp>
#include <graft/backend/reference/reference.hpp>

namespace graft {

/// The processor through OpenBLAS: convolution and dense layers as matrix products, the images of a batch and
/// the blocks of a product spread over threads. Results are the same bits for any number of threads. What is
/// cheap beside the products is taken from Reference.
struct Blas : Reference,
              detail::BlasConvolution,
              detail::BlasDepthwiseConvolution,
              detail::BlasDense,
              detail::BlasNormalization,
              detail::BlasUpdate {
  static constexpr std::string_view name = "Blas";

  using detail::BlasConvolution::conv2d;
  using detail::BlasConvolution::conv2d_backward_input;
  using detail::BlasConvolution::conv2d_backward_kernel;
  using detail::BlasConvolution::conv2d_packed;
  using detail::BlasDense::dense;
  using detail::BlasDense::dense_backward_input;
  using detail::BlasDense::dense_backward_kernel;
  using detail::BlasDense::dense_update;
  using detail::BlasDepthwiseConvolution::depthwise_conv2d;
  using detail::BlasDepthwiseConvolution::depthwise_conv2d_backward_input;
  using detail::BlasDepthwiseConvolution::depthwise_conv2d_backward_kernel;
  using detail::BlasNormalization::batch_norm;
  using detail::BlasNormalization::batch_norm_backward;
  using detail::BlasNormalization::batch_norm_training;
  using detail::BlasNormalization::batch_norm_training_backward;
  using detail::BlasUpdate::update;
};

}  // namespace graft
