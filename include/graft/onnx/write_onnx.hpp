// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/onnx/onnx_graph.hpp>

#include <filesystem>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <limits>

namespace graft {

/// Protobuf's limit for one message, and so for a .onnx file that holds its own weights.
inline constexpr std::size_t max_onnx_bytes = std::numeric_limits<int>::max();

namespace detail {

inline void require_onnx_size(const std::filesystem::path& path, std::size_t bytes) {
  if (bytes > max_onnx_bytes)
    throw OutputError(
        path.string(),
        "at most " + std::to_string(max_onnx_bytes) + " bytes, which is all that a .onnx file can hold",
        std::to_string(bytes) + " bytes");
}

}  // namespace detail

/// Writes an ONNX model as the whole of the file. Throws OutputError, also for a model that is larger than
/// such a file can be; an old file is then untouched.
inline void write_onnx(const std::filesystem::path& path, const ::onnx::ModelProto& model) {
  const std::size_t bytes = model.ByteSizeLong();
  detail::require_onnx_size(path, bytes);
  AtomicFile file{path};
  const auto fail = [&](int why) {
    throw OutputError(path.string(), "space on the disk for " + std::to_string(bytes) + " bytes",
                      std::generic_category().message(why));
  };
  const int descriptor = ::open(file.temporary().c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  google::protobuf::io::FileOutputStream out{descriptor, 1 << 20};
  const bool written = model.SerializeToZeroCopyStream(&out) && out.Flush();
  if (!out.Close() || !written) fail(out.GetErrno());
  file.commit();
}

}  // namespace graft
