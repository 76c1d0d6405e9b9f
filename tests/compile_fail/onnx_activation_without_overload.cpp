// SPDX-License-Identifier: MIT
// A user's own activation that nobody has said of how ONNX writes it.
#include <graft/onnx/export_onnx.hpp>

struct Cube {
  static constexpr std::string_view keras_name = "cube";
  static constexpr bool elementwise = true;
};

using Net = graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<4, Cube>>>;

void save(const Net& net) { graft::export_onnx(net, "net.onnx"); }

// expect: error: .*export_onnx: .*or its activation no append_activation
// expect: never<.*Received<graft::Dense<4(UL)?, Cube>
