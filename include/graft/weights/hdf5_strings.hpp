// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_heap.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft::detail::hdf5 {

/// Keras keeps a list in one attribute up to this many bytes (HDF5_OBJECT_HEADER_LIMIT), and no name is
/// longer.
inline constexpr std::size_t keras_list_bytes = 64512;

/// The strings of an attribute of rank 0 or 1, or nothing if there is none of that name. Every form that
/// h5py's versions wrote is read: fixed length with any padding, variable length, and, for an empty list, an
/// empty array of any type (float64 in practice). Throws ArchiveError.
inline std::optional<std::vector<std::string>> read_strings(hid_t object, const std::string& name,
                                                            const Place& parent) {
  const Place place = parent.at(parent.object + "@" + name);
  const htri_t exists = H5Aexists(object, name.c_str());
  place.require(exists >= 0, "readable attributes");
  if (exists == 0) return std::nullopt;
  const Handle attribute = place.own(H5Aopen(object, name.c_str(), H5P_DEFAULT), "a readable attribute");
  const Handle type = place.own(H5Aget_type(attribute.get()), "a readable type");
  const Handle space = place.own(H5Aget_space(attribute.get()), "a readable extent");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  const hssize_t points = H5Sget_simple_extent_npoints(space.get());
  if (rank < 0 || rank > 1 || points < 0) place.refuse("a string or a list of strings", "another extent");
  const auto count = static_cast<std::size_t>(points);
  std::vector<std::string> strings;
  if (count == 0) return strings;
  if (count > max_names)
    place.refuse("at most " + std::to_string(max_names) + " names", std::to_string(count));
  if (H5Tget_class(type.get()) != H5T_STRING) place.refuse("strings", "another type");

  strings.reserve(count);
  if (H5Tis_variable_str(type.get()) > 0) {
    const std::string references = read_references(attribute.get(), count, place);
    GlobalHeap heap{object, place};
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      strings.emplace_back(heap.text(std::string_view{references}.substr(16 * i, 16)));
      if ((bytes += strings.back().size()) > max_text_bytes)
        place.refuse("at most " + std::to_string(max_text_bytes) + " bytes of text", "more");
    }
  } else {
    const std::size_t width = H5Tget_size(type.get());
    if (width == 0 || width > max_text_bytes / count)
      place.refuse("at most " + std::to_string(max_text_bytes) + " bytes of text",
                   std::to_string(count) + " strings of " + std::to_string(width) + " bytes");
    std::string bytes(width * count, '\0');
    place.require(H5Aread(attribute.get(), type.get(), bytes.data()) >= 0, "readable strings");
    const bool spaces = H5Tget_strpad(type.get()) == H5T_STR_SPACEPAD;
    for (std::size_t i = 0; i < count; ++i) {
      std::string_view text{bytes.data() + i * width, width};
      text = text.substr(0, text.find('\0'));
      if (spaces) text = text.substr(0, text.find_last_not_of(' ') + 1);
      strings.emplace_back(text);
    }
  }
  return strings;
}

/// A list of names: the attribute itself or, when Keras had to split it, `name`0, `name`1, … until one is
/// missing; nothing if there is neither. Throws ArchiveError.
inline std::optional<std::vector<std::string>> read_names(hid_t object, const std::string& name,
                                                          const Place& place) {
  auto names = read_strings(object, name, place);
  if (!names) {
    for (std::size_t part = 0; auto more = read_strings(object, name + std::to_string(part), place); ++part) {
      if (!names) names.emplace();
      names->insert(names->end(), std::move_iterator{more->begin()}, std::move_iterator{more->end()});
      if (names->size() > max_names || part > max_names)
        place.refuse("at most " + std::to_string(max_names) + " names in " + name, "more");
    }
  }
  if (names && std::any_of(names->begin(), names->end(),
                           [](const auto& text) { return text.size() > keras_list_bytes; }))
    place.refuse("names of at most " + std::to_string(keras_list_bytes) + " bytes in " + name,
                 "a longer one");
  return names;
}

/// A text such as model_config; empty if there is no attribute of that name. Throws ArchiveError.
inline std::string read_text(hid_t object, const std::string& name, const Place& place) {
  auto strings = read_strings(object, name, place);
  if (!strings || strings->empty()) return {};
  if (strings->size() > 1) place.refuse("one text in " + name, std::to_string(strings->size()));
  return std::move(strings->front());
}

}  // namespace graft::detail::hdf5
