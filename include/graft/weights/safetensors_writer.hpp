// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/core/error.hpp>
#include <graft/weights/json_text.hpp>
#include <graft/weights/layer_data.hpp>
#include <graft/weights/parameter_name.hpp>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Writes the arrays of a model as safetensors, float32, each under "<layer>/<parameter>": conv2d_1/kernel.
/// The file appears complete or not at all. Throws OutputError; an old file is then untouched.
template <class Json = detail::OrderedJson>
void write_safetensors(const std::filesystem::path& path, std::span<const LayerData> layers) {
  static_assert(std::endian::native == std::endian::little, "safetensors has the lowest byte first");
  Json header = Json::object();
  std::vector<std::string_view> parts(2);
  std::uint64_t at = 0;
  for (const LayerData& layer : layers)
    for (const WeightData& weight : layer.weights) {
      const std::string name = layer.name + "/" + std::string{detail::base_name(weight.name)};
      if (weight.values.size() != weight.shape.size() || header.contains(name))
        throw OutputError(path.string() + ": " + name,
                          std::to_string(weight.shape.size()) + " numbers under a name of their own",
                          std::to_string(weight.values.size()));
      Json shape = Json::array();
      for (std::size_t i = 0; i < weight.shape.rank; ++i) shape.push_back(weight.shape[i]);
      const std::uint64_t end = at + weight.values.size_bytes();
      header[name] = {{"dtype", "F32"}, {"shape", std::move(shape)}, {"data_offsets", {at, end}}};
      parts.emplace_back(reinterpret_cast<const char*>(weight.values.data()), weight.values.size_bytes());
      at = end;
    }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the numbers start at a multiple of 8
  std::string length(8, '\0');
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<char>(text.size() >> 8 * i & 0xff);
  parts[0] = length;
  parts[1] = text;
  write_file(path, parts);
}

}  // namespace graft
