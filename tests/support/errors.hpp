// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

namespace graft::test {

/// The text of the exception that `call` throws, which must be an Expected; otherwise what happened instead.
template <class Expected, class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string{"another exception: "} + error.what();
  }
  return "no exception";
}

}  // namespace graft::test
