// SPDX-License-Identifier: MIT
// A user's own layer that nobody has said of how ONNX writes it.
#include <graft/onnx/export_onnx.hpp>

struct Half : graft::LayerDefaults {
  static constexpr std::string_view keras_class = "Half", keras_prefix = "half", expects = "a vector";
  static constexpr bool accepts(graft::Shape) { return true; }
  static constexpr graft::Shape output_shape(graft::Shape input) { return input; }
};

using Net = graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<4>, Half>>;

void save(const Net& net) { graft::export_onnx(net, "net.onnx"); }

// expect: error: .*export_onnx: this layer has no append_onnx, or
// expect: never<.*Received<Half>
