// SPDX-License-Identifier: MIT
#include <graft/core/error.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace error_test {

using namespace graft;

static_assert(std::is_base_of_v<std::runtime_error, Error>);
static_assert(std::is_base_of_v<Error, ShapeError> && std::is_base_of_v<Error, ImageError> &&
              std::is_base_of_v<Error, DataError> && std::is_base_of_v<Error, OutputError> &&
              std::is_base_of_v<Error, BackendError> && std::is_base_of_v<Error, ArchiveError>);
static_assert(std::is_base_of_v<ArchiveError, WeightMismatch>, "whoever catches ArchiveError has both");

TEST_CASE("every message has the form subject: expected X, received Y") {
  CHECK(expected_received("batch", "(batch, 3)", "(2, 4)") == "batch: expected (batch, 3), received (2, 4)");
  CHECK(std::string{ShapeError{"batch", "a", "b"}.what()} == "batch: expected a, received b");
  CHECK(std::string{ArchiveError{"w.h5", "a", "b"}.what()} == "w.h5: expected a, received b");
  CHECK(std::string{ImageError{"i.png", "a", "b"}.what()} == "i.png: expected a, received b");
  CHECK(std::string{DataError{"labels", "a", "b"}.what()} == "labels: expected a, received b");
  CHECK(std::string{OutputError{"o.h5", "a", "b"}.what()} == "o.h5: expected a, received b");
}

TEST_CASE("WeightMismatch carries the parameter and both sides") {
  const WeightMismatch error{"w.h5", "dense_1/kernel", "(11, 5)", "(11, 4)"};
  CHECK(std::string{error.what()} == "w.h5: dense_1/kernel: expected (11, 5), received (11, 4)");
  CHECK(error.name == "dense_1/kernel");
  CHECK(error.expected == "(11, 5)");
  CHECK(error.found == "(11, 4)");
}

TEST_CASE("everything that graft throws is caught as graft::Error") {
  CHECK_THROWS_AS(throw WeightMismatch("w.h5", "a", "b", "c"), Error);
  CHECK_THROWS_AS(throw BackendError("no device"), Error);
}

}  // namespace error_test
