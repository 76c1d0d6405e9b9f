// SPDX-License-Identifier: MIT
#include <graft/onnx/export_onnx.hpp>

using Net = graft::Model<graft::Input<40000>, graft::Sequential<graft::Dense<20000>>>;

void save(const Net& net) { graft::export_onnx(net, "net.onnx"); }

// expect: error: .*export_onnx: expected a model of at most 2 GB, which is all that a .onnx file can hold
