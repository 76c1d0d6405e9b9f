// SPDX-License-Identifier: MIT
#pragma once

/// The whole library for programs on the processor: one include.

#include <graft/applications/dense_net.hpp>
#include <graft/applications/efficient_net.hpp>
#include <graft/applications/inception_v3.hpp>
#include <graft/applications/mobile_net.hpp>
#include <graft/applications/mobile_net_v2.hpp>
#include <graft/applications/res_net.hpp>
#include <graft/applications/squeeze_net.hpp>
#include <graft/applications/vgg.hpp>
#include <graft/applications/xception.hpp>
#include <graft/backend/backend.hpp>
#include <graft/backend/blas/blas.hpp>
#include <graft/backend/reference/reference.hpp>
#include <graft/backend/simd/bfloat16.hpp>
#include <graft/backend/simd/simd.hpp>
#include <graft/core/error.hpp>
#include <graft/core/output_folder.hpp>
#include <graft/data/encode_image.hpp>
#include <graft/data/image_folder.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/data/read_image.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/model/model.hpp>
#include <graft/model/move_boundary.hpp>
#include <graft/model/profile.hpp>
#include <graft/model/summary.hpp>
#include <graft/model/with_top.hpp>
#include <graft/optimizers/adam.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/confusion_matrix.hpp>
#include <graft/training/cut_comparison.hpp>
#include <graft/training/evaluate.hpp>
#include <graft/training/extract_cuts.hpp>
#include <graft/training/fine_tune.hpp>
#include <graft/training/fit.hpp>
#include <graft/training/history.hpp>
#include <graft/training/make_report.hpp>
#include <graft/training/report.hpp>
#include <graft/weights/inspect.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/save.hpp>
