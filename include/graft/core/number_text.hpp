// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

// Numbers as Python spells them, whatever the locale of the program is: printf would write "0,25" in a German
// one.
namespace graft::detail {

inline std::string number_text(double value, std::chars_format format, int decimals) {
  if (std::isnan(value)) return "nan";  // to_chars may print a sign
  char text[512];                       // the largest double has 309 digits before the point
  return {text, std::to_chars(text, text + sizeof text, value, format, decimals).ptr};
}

/// Python's "%.4f": "0.9884".
inline std::string fixed(double value, int decimals) {
  return number_text(value, std::chars_format::fixed, decimals);
}

/// Python's "%.4e": "9.8840e-05".
inline std::string scientific(double value, int decimals) {
  return number_text(value, std::chars_format::scientific, decimals);
}

/// Python's repr(): the shortest digits that read back to the same value, an exponent below 1e-4 and from
/// 1e16 on, always a point or an exponent.
inline std::string python_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto shortest = [&](std::chars_format format) {
    return std::string{buffer, std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr};
  };
  const std::string with_exponent = shortest(std::chars_format::scientific);
  const int exponent = std::atoi(with_exponent.c_str() + with_exponent.find('e') + 1);
  if (exponent < -4 || exponent >= 16) return with_exponent;
  const std::string digits = shortest(std::chars_format::fixed);
  return digits.find('.') == std::string::npos ? digits + ".0" : digits;
}

/// "98.84 %"; a dash for NaN.
inline std::string percent(double ratio, int decimals = 2) {
  return std::isnan(ratio) ? "-" : fixed(100 * ratio, decimals) + " %";
}

}  // namespace graft::detail
