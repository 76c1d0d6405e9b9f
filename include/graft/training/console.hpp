// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <iostream>
#include <ostream>

#if __has_include(<sys/ioctl.h>) && __has_include(<unistd.h>)
#include <sys/ioctl.h>
#include <unistd.h>
#define GRAFT_HAS_TERMINALS 1
#endif

namespace graft {

/// Whether a C stream goes to a terminal, on which a line can be rewritten in place.
inline bool is_terminal([[maybe_unused]] std::FILE* stream) {
#ifdef GRAFT_HAS_TERMINALS
  return isatty(fileno(stream)) == 1;
#else
  return false;
#endif
}

/// Columns of the terminal behind a C stream; 0 if it is none or does not say.
inline std::size_t terminal_columns([[maybe_unused]] std::FILE* stream) {
#ifdef GRAFT_HAS_TERMINALS
  winsize size{};
  if (is_terminal(stream) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0) return size.ws_col;
#endif
  return 0;
}

#undef GRAFT_HAS_TERMINALS

/// Where progress is written, and how. Without a stream nothing is written, and nothing computed for it.
struct Console {
  std::ostream* stream = nullptr;
  bool terminal = false;    ///< lines are rewritten in place; otherwise each is written once, when done
  std::size_t columns = 0;  ///< width of the terminal; 0 is unknown
  std::function<double()> clock = [] {  ///< seconds since any fixed moment
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };

  /// std::cout, rewritten in place if that is a terminal.
  static Console standard_output() {
    return {.stream = &std::cout, .terminal = is_terminal(stdout), .columns = terminal_columns(stdout)};
  }
  static Console quiet() { return {}; }
};

}  // namespace graft
