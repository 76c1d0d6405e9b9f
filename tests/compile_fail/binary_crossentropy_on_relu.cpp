// SPDX-License-Identifier: MIT
#include <graft/data/tensor_data.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/training/evaluate.hpp>

using Net = graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<1, graft::Relu>>>;

graft::Evaluation measure(const Net& net, const graft::TensorData<2>& data) {
  return net.evaluate(data, graft::BinaryCrossentropy{});
}

// expect: error: .*the loss does not suit the activation that the head ends in
// expect: never<graft::BinaryCrossentropy, graft::Expected<graft::Sigmoid>, graft::Received<graft::Relu> ?>
