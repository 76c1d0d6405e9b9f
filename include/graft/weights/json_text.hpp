// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/file_place.hpp>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace graft::detail {

/// What reads or writes JSON is a template on the type of its values, this one: only programs that load or
/// save compile it.
using OrderedJson = nlohmann::ordered_json;

/// A parsed text may take many times its size, and no model's description comes near this.
inline constexpr std::size_t max_json_bytes = std::size_t{16} << 20;

/// Parses JSON that comes from a file. Throws ArchiveError for what is none, is too long, or has a key twice
/// in one object: readers would differ in which of the two they take.
template <class Json = OrderedJson>
Json parse_json(std::string_view text, const FilePlace& place) {
  if (text.size() > max_json_bytes)
    place.refuse("at most " + std::to_string(max_json_bytes) + " bytes of JSON", std::to_string(text.size()));
  std::vector<std::set<std::string>> keys;
  std::string twice;
  const auto watch = [&](int, typename Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.template get<std::string>()).second)
      twice = parsed.template get<std::string>();
    return true;
  };
  try {
    Json json = Json::parse(text, watch);
    if (!twice.empty()) place.refuse("keys of different names", "'" + twice + "' twice");
    return json;
  } catch (const typename Json::parse_error& error) {
    place.refuse("JSON", "a text that is none at byte " + std::to_string(error.byte));
  }
}

}  // namespace graft::detail
