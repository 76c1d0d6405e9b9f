// SPDX-License-Identifier: MIT
// A user's program that exports a model: graft::onnx beside graft::graft.
#include <graft/graft.hpp>
#include <graft/onnx/export_onnx.hpp>

int main() {
  using Net = graft::Model<graft::Input<3>, graft::Dense<1, graft::Sigmoid>>;
  graft::export_onnx(Net{graft::Seed{1}}, "consumer.onnx");
  return std::filesystem::file_size("consumer.onnx") > 0 ? 0 : 1;
}
