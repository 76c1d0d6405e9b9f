// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>

#include <vector>

namespace graft {

/// Everything that a prediction writes to, so that predicting itself allocates nothing and changes no model:
/// threads, activations, results. One for each thread of the user's program that predicts; it may outlive the
/// model. (On a GPU, the first two predictions of a batch size allocate.)
template <class Model>
class Workspace {
 public:
  using backend = typename Model::backend;

  /// Room for batches of up to `capacity` samples, computed by that many threads.
  explicit Workspace(std::size_t capacity = 1, Threads threads = {})
      : context{threads},
        capacity_{capacity},
        staging{capacity * Model::input_shape.size()},
        base_arena{backend::slots(context) * backend::images_per_slot(capacity) * Model::base_arena_size},
        features{Model::has_backbone ? capacity * Model::feature_shape.size() : 0},
        head_arena{capacity * Model::head_arena_size},
        output{capacity * Model::output_shape.size()},
        result(capacity * Model::output_shape.size()) {}

  std::size_t capacity() const { return capacity_; }

  /// Memory of the backend, for Model.
  typename backend::Context context;

 private:
  std::size_t capacity_;

 public:
  typename backend::Recordings recordings;
  typename backend::Staging staging;
  typename backend::Buffer base_arena, features, head_arena, output;
  std::vector<float> result;  // (capacity, output shape), on the host
};

}  // namespace graft
