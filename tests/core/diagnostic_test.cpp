// SPDX-License-Identifier: MIT
#include <graft/core/diagnostic.hpp>

#include <doctest/doctest.h>
#include <string_view>
#include <type_traits>

namespace diagnostic_test {

using namespace graft;

namespace {

// What the compiler prints of a type: how g++ and clang spell the name of this function.
template <class T>
constexpr std::string_view spelled() {
  return __PRETTY_FUNCTION__;
}

}  // namespace

static_assert(std::is_same_v<text_of<"mixed7">, text_of<"mixed7">>);
static_assert(!std::is_same_v<text_of<"mixed7">, text_of<"mixed8">>);

TEST_CASE("a compiler prints a text that is part of a type's name") {
  constexpr std::string_view printed = spelled<Received<text_of<"mix">>>();
  INFO(printed);
  CHECK(printed.find("Received") != std::string_view::npos);
  const bool as_string = printed.find("\"mix\"") != std::string_view::npos;
  const bool as_characters = printed.find("'m', 'i', 'x'") != std::string_view::npos;
  CHECK((as_string || as_characters));
}

}  // namespace diagnostic_test
