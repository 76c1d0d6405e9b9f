// SPDX-License-Identifier: MIT
#include <graft/weights/inspect.hpp>

#include "weights/h5_builder.hpp"
#include <doctest/doctest.h>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace graft;

namespace {

std::string fits(const std::filesystem::path& file) {
  std::ostringstream text;
  for (const BackboneFit& fit : inspect(file).fits) text << fit << "; ";
  return text.str();
}

const RuntimeBackbone& named(const std::vector<RuntimeBackbone>& all, std::string_view name) {
  return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name() == name; });
}

std::size_t parameter_count(const RuntimeBackbone& backbone) {
  std::size_t count = 0;
  for (const ExpectedLayer& layer : backbone.layers())
    for (const ExpectedParameter& parameter : layer.parameters) count += parameter.shape.size();
  return count;
}

}  // namespace

TEST_CASE("a file of a known backbone is told from those of all others") {
  const ::test::TempFolder folder;
  const auto all = backbones();
  for (const std::string name : {"mobile_net_0.25", "mobile_net_v2_0.35", "squeeze_net"}) {
    const RuntimeBackbone& backbone = named(all, name);
    const std::vector<float> zeros(parameter_count(backbone));
    for (const char* extension : {".h5", ".safetensors"}) {
      const auto file = folder / (name + extension);
      backbone.write(file, zeros);
      CHECK(fits(file) == name + ", whole; ");
    }
  }
}

TEST_CASE("a file of a cut fits up to the cut") {
  const ::test::TempFolder folder;
  const RuntimeBackbone cut = named(backbones(), "mobile_net_0.25").until("conv_dw_13_relu");
  cut.write(folder / "cut.keras", std::vector<float>(parameter_count(cut)));
  CHECK(fits(folder / "cut.keras") == "mobile_net_0.25, up to conv_dw_13_relu; ");
}

TEST_CASE("what the shared files fit") {
  const std::vector<std::pair<const char*, const char*>> files{
      {"inception_v3_notop.h5", "inception_v3, whole; "},
      {"inception_v3_mixed7_f16.h5", "inception_v3, up to mixed7; "},
      {"mobilenet_v1_1.0_224_upto_conv_dw_13_relu.h5", "mobile_net_1.0, up to conv_dw_13_relu; "},
      {"mobilenet_v2_0.35_224_notop.h5", "mobile_net_v2_0.35, whole; "}};
  for (const auto& [name, expected] : files)
    if (const auto path = ::test::data_file(name); !path.empty()) CHECK(fits(path) == expected);
}
