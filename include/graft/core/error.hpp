// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace graft {

/// Root of everything that graft throws at run time. The text says what was at fault, what was expected and
/// what was received, and is fit to be shown to the person at the terminal as it stands.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The one form of every message: "subject: expected X, received Y".
inline std::string expected_received(std::string_view subject, std::string_view expected,
                                     std::string_view received) {
  return std::string{subject} + ": expected " + std::string{expected} + ", received " + std::string{received};
}

/// A tensor, a batch or an option has another shape or range than the call requires.
class ShapeError : public Error {
 public:
  ShapeError(std::string_view subject, std::string_view expected, std::string_view received)
      : Error{expected_received(subject, expected, received)} {}
};

/// A file of weights is missing, unreadable, damaged, or uses a feature that is refused.
class ArchiveError : public Error {
 public:
  using Error::Error;
  ArchiveError(std::string_view file, std::string_view expected, std::string_view received)
      : Error{expected_received(file, expected, received)} {}
};

/// A readable file of weights does not fit the model: the first difference, by the name of the parameter.
class WeightMismatch : public ArchiveError {
 public:
  WeightMismatch(std::string_view file, std::string name_, std::string expected_, std::string found_)
      : ArchiveError{std::string{file} + ": " + expected_received(name_, expected_, found_)},
        name{std::move(name_)},
        expected{std::move(expected_)},
        found{std::move(found_)} {}

  std::string name;      ///< layer, or layer/parameter
  std::string expected;  ///< what the model has
  std::string found;     ///< what the file has
};

/// A file that should be an image cannot be decoded, or its size is outside the accepted range.
class ImageError : public Error {
 public:
  using Error::Error;
  ImageError(std::string_view file, std::string_view expected, std::string_view received)
      : Error{expected_received(file, expected, received)} {}
};

/// A data set cannot be used: an empty folder, too few classes, labels that do not suit the head.
class DataError : public Error {
 public:
  using Error::Error;
  DataError(std::string_view subject, std::string_view expected, std::string_view received)
      : Error{expected_received(subject, expected, received)} {}
};

/// A file or folder cannot be written; what was there before is untouched.
class OutputError : public Error {
 public:
  using Error::Error;
  OutputError(std::string_view file, std::string_view expected, std::string_view received)
      : Error{expected_received(file, expected, received)} {}
};

/// A backend cannot do its work: no device, no memory, a failing call of its library.
class BackendError : public Error {
 public:
  using Error::Error;
};

}  // namespace graft
