// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// Text as it stands in the report's HTML.
namespace graft::detail {

/// Bytes that the UTF-8 character at the start of `text` takes, or 0 if there is none that HTML allows: file
/// names are any bytes, a control character or a stray byte would make the whole page invalid, and a change
/// of direction could make "gpj.exe" look like "exe.jpg".
inline std::size_t html_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return (first >= 0x20 && first != 0x7F) || first == '\t' || first == '\n' ? 1 : 0;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  std::uint32_t code = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  const bool noncharacter = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code < 0xFDF0);
  const bool reverses = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return overlong || surrogate || noncharacter || reverses || code < 0xA0 || code > 0x10FFFF ? 0 : size;
}

/// Any bytes as text between tags or inside a quoted attribute; what is no character becomes U+FFFD.
inline std::string html(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = html_character(text);
    const char c = text[0];
    if (size == 0)
      out += "\xEF\xBF\xBD";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

inline std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;  // three bytes, four characters of six bits
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k <= bytes.size() ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

/// "98.84 %" that does not break over lines.
inline std::string html_percent(double ratio, int decimals = 2) {
  return std::isnan(ratio) ? "–" : fixed(100 * ratio, decimals) + "&nbsp;%";
}

/// A loss: four decimals as on the terminal, small and huge ones with an exponent.
inline std::string html_loss(double loss) {
  if (!std::isfinite(loss)) return std::isnan(loss) ? "NaN" : loss < 0 ? "−∞" : "∞";
  const double size = std::abs(loss);
  return (size > 0 && size <= 1e-3) || size >= 1e6 ? scientific(loss, 2) : fixed(loss, 4);
}

/// "0.42 s", "41.2 s", "3 min 05 s", "1 h 02 min".
inline std::string html_duration(double seconds) {
  if (seconds < 9.995) return fixed(seconds, 2) + "&nbsp;s";
  if (seconds < 59.95) return fixed(seconds, 1) + "&nbsp;s";
  const auto parts = [](unsigned long long small, const char* big_unit, const char* small_unit) {
    const auto rest = small % 60;
    return std::to_string(small / 60) + "&nbsp;" + big_unit + (rest < 10 ? "&nbsp;0" : "&nbsp;") +
           std::to_string(rest) + "&nbsp;" + small_unit;
  };
  const auto whole = static_cast<unsigned long long>(seconds + 0.5);
  return whole < 3600 ? parts(whole, "min", "s") : parts((whole + 30) / 60, "h", "min");
}

}  // namespace graft::detail
