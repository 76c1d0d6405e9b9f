// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/sort_by.hpp>
#include <graft/weights/archive_content.hpp>
#include <graft/weights/file_place.hpp>
#include <graft/weights/input_file.hpp>
#include <graft/weights/json_text.hpp>
#include <graft/weights/little_endian.hpp>
#include <graft/weights/parameter_name.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The format of Hugging Face's safetensors: eight bytes of length, a header in JSON of that length, numbers.
/// Source: its README, and its validation in Rust.
namespace graft::detail::safetensors {

/// Layer and array of "conv2d_1/kernel" or "features.0.weight".
inline std::pair<std::string_view, std::string_view> split(std::string_view name) {
  auto end = name.rfind('/');
  if (end == std::string_view::npos) end = name.rfind('.');
  if (end == std::string_view::npos) return {"", name};
  return {name.substr(0, end), name.substr(end + 1)};
}

/// Whether a file that starts so is one.
inline bool starts(std::string_view start) { return start.size() > 8 && start[8] == '{'; }

struct Entry {
  ArchiveTensor tensor;
  std::uint64_t begin = 0, end = 0;  // bytes behind the header
};

inline ElementType element_type(const std::string& name, const FilePlace& place) {
  if (name == "F16") return ElementType::float16;
  if (name == "BF16") return ElementType::bfloat16;
  if (name == "F32") return ElementType::float32;
  if (name == "F64") return ElementType::float64;
  if (name == "I32") return ElementType::int32;
  if (name == "I64") return ElementType::int64;
  place.refuse("the dtype F16, BF16, F32 or F64", name);
}

/// A list of whole numbers, of which the header has two kinds.
template <class Json>
std::vector<std::uint64_t> numbers(const Json& object, const char* key, const FilePlace& place) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() ||
      !std::all_of(found->begin(), found->end(), [](const Json& n) { return n.is_number_unsigned(); }))
    place.refuse(std::string{"a list of whole numbers '"} + key + "'",
                 found == object.end() ? "none" : found->dump().substr(0, 80));
  return found->template get<std::vector<std::uint64_t>>();
}

template <class Json>
Entry read_entry(const std::string& name, const Json& object, const FilePlace& place) {
  const auto dtype = object.is_object() ? object.find("dtype") : object.end();
  if (!object.is_object() || dtype == object.end() || !dtype->is_string())
    place.refuse("an object with dtype, shape and data_offsets", object.dump().substr(0, 80));
  Entry entry;
  const auto [layer, parameter] = split(name);
  entry.tensor = {layer.empty() ? name : std::string{layer} + "/" + std::string{parameter},
                  name,
                  {},
                  element_type(dtype->template get<std::string>(), place)};
  const auto extents = numbers(object, "shape", place);
  if (extents.size() > Shape::max_rank)
    place.refuse("at most " + std::to_string(Shape::max_rank) + " axes", std::to_string(extents.size()));
  if (is_integer(entry.tensor.type) && !extents.empty())
    place.refuse("the dtype F16, BF16, F32 or F64", dtype->template get<std::string>());
  std::uint64_t bytes = element_size(entry.tensor.type);
  for (const std::uint64_t extent : extents) {
    if (extent == 0 || bytes > std::numeric_limits<std::int64_t>::max() / extent)
      place.refuse("extents of at least 1 whose product fits the file", object["shape"].dump());
    bytes *= extent;
    entry.tensor.shape.extents[entry.tensor.shape.rank++] = extent;
  }
  const auto offsets = numbers(object, "data_offsets", place);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] - offsets[0] != bytes)
    place.refuse("two data_offsets that are " + std::to_string(bytes) + " bytes apart",
                 object["data_offsets"].dump().substr(0, 80));
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

/// The header's arrays in the order of their bytes, which must lie one behind the other from the first byte
/// after the header to the last of the file.
template <class Json>
std::vector<Entry> read_header(const Json& header, std::uint64_t data_bytes, const FilePlace& place) {
  std::vector<Entry> entries;
  if (header.size() > max_names)
    place.refuse("at most " + std::to_string(max_names) + " arrays", std::to_string(header.size()));
  for (const auto& [name, object] : header.items())
    if (name != "__metadata__")
      entries.push_back(read_entry(name, object, place.at(name)));
    else if (!object.is_object() ||
             !std::all_of(object.begin(), object.end(), [](const Json& text) { return text.is_string(); }))
      place.at(name).refuse("an object of texts", object.dump().substr(0, 80));
  sort_by(entries, [](const Entry& entry) { return entry.begin; });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at)
      place.at(entry.tensor.dataset)
          .refuse("numbers that start at byte " + std::to_string(at) + ", behind those before them",
                  std::to_string(entry.begin));
    at = entry.end;
  }
  if (at != data_bytes)
    place.refuse(std::to_string(at) + " bytes of numbers, as the header says", std::to_string(data_bytes));
  return entries;
}

/// An open file, and where in it each array lies.
class Source final : public TensorSource {
 public:
  Source(std::unique_ptr<const InputFile> file, std::uint64_t data_offset, const std::vector<Entry>& entries)
      : file_{std::move(file)} {
    for (const Entry& entry : entries) offsets_.emplace(entry.tensor.dataset, data_offset + entry.begin);
  }

  void read(const ArchiveTensor& tensor, std::span<float> out) const override {
    const std::string bytes =
        file_->read(offsets_.at(tensor.dataset), out.size() * element_size(tensor.type));
    const auto convert = [&]<std::size_t Bytes>(auto rule) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = rule(little_endian<Bytes>(bytes, Bytes * i));
    };
    switch (tensor.type) {
      case ElementType::float16:
        return convert.operator()<2>(
            [](std::uint64_t n) { return half_to_float(static_cast<std::uint16_t>(n)); });
      case ElementType::bfloat16:
        return convert.operator()<2>(
            [](std::uint64_t n) { return bfloat16_to_float(static_cast<std::uint16_t>(n)); });
      case ElementType::float32:
        return convert.operator()<4>(
            [](std::uint64_t n) { return std::bit_cast<float>(static_cast<std::uint32_t>(n)); });
      case ElementType::float64:
        return convert.operator()<8>(
            [](std::uint64_t n) { return static_cast<float>(std::bit_cast<double>(n)); });
      case ElementType::int32:
        return convert.operator()<4>(
            [](std::uint64_t n) { return static_cast<float>(static_cast<std::int32_t>(n)); });
      case ElementType::int64:
        return convert.operator()<8>(
            [](std::uint64_t n) { return static_cast<float>(static_cast<std::int64_t>(n)); });
    }
  }

 private:
  std::unique_ptr<const InputFile> file_;
  std::map<std::string, std::uint64_t> offsets_;
};

/// Arrays of one layer, put into Keras' order: other writers sort them by name.
inline void sort_parameters(std::vector<ArchiveTensor>& tensors) {
  sort_by(tensors, [](const ArchiveTensor& tensor) {
    return std::find(parameter_names.begin(), parameter_names.end(), parameter_name(tensor.name));
  });
}

/// The manifest of a file and what its numbers are read from. Throws ArchiveError.
template <class Json>
std::pair<Manifest, std::unique_ptr<TensorSource>> open(const FilePlace& place) {
  auto file = std::make_unique<const InputFile>(place);
  const std::uint64_t length = little_endian<8>(file->read(0, 8), 0);
  if (length > place.file_size - 8 || length > max_json_bytes)
    place.refuse("a header of at most " + std::to_string(max_json_bytes) + " bytes inside the file",
                 std::to_string(length) + " in a file of " + std::to_string(place.file_size));
  const std::string text = file->read(8, length);
  const Json header = parse_json<Json>(text, place);
  if (!header.is_object()) place.refuse("a header that is a JSON object", "another JSON value");
  const auto entries = read_header(header, place.file_size - 8 - length, place);

  Manifest manifest{ArchiveFormat::safetensors, LayerOrder::none, {}};
  std::map<std::string_view, std::size_t> places;
  for (const Entry& entry : entries) {
    const auto name = split(entry.tensor.dataset).first;
    const auto [found, is_new] = places.emplace(name, manifest.layers.size());
    if (is_new) manifest.layers.push_back({std::string{name}, {}, ""});
    manifest.layers[found->second].tensors.push_back(entry.tensor);
  }
  for (ArchiveLayer& layer : manifest.layers) sort_parameters(layer.tensors);
  return {std::move(manifest), std::make_unique<Source>(std::move(file), 8 + length, entries)};
}

}  // namespace graft::detail::safetensors
