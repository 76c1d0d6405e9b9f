// SPDX-License-Identifier: MIT
#include <graft/data/tensor_data.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/optimizers/sgd.hpp>
#include <graft/training/fit.hpp>

using Net = graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<2, graft::Sigmoid>>>;

graft::History train(Net& net, const graft::TensorData<2>& data) {
  return net.fit(data, graft::CategoricalCrossentropy{}, graft::SGD{});
}

// expect: error: .*the loss does not suit the activation that the head ends in
// expect: never<graft::CategoricalCrossentropy, .*Expected<graft::Softmax>
// expect: Received<graft::Sigmoid> ?>
