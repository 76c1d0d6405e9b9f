// SPDX-License-Identifier: MIT
#include <graft/onnx/write_onnx.hpp>

#include "onnx/onnx_model.hpp"
#include "support/errors.hpp"
#include "weights/h5_builder.hpp"
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>

namespace write_onnx_test {

using namespace graft;
using namespace graft::test;

namespace {

::onnx::ModelProto some_model() {
  OnnxGraph graph;
  const std::vector<float> values = random_values(5000, 1);
  const std::size_t extent = values.size();
  graph.constant("numbers", {&extent, 1}, values);
  return std::move(graph).take();
}

}  // namespace

TEST_CASE("a file holds the model that was written") {
  const test::TempFolder folder;
  write_onnx(folder / "a.onnx", some_model());
  ::onnx::ModelProto back;
  REQUIRE(back.ParseFromString(test::content(folder / "a.onnx")));
  CHECK(same_bits(numbers(constant(back, "numbers")), random_values(5000, 1)));
}

TEST_CASE("a file that cannot be written is named, and the old one stays") {
  const test::TempFolder folder;
  const auto refusal = [&](const std::string& name) {
    return error_of<OutputError>([&] { write_onnx(folder / name, some_model()); });
  };
  CHECK(refusal("none/a.onnx").find("none/a.onnx: expected a folder that exists") != std::string::npos);
  write_file(folder / "a.onnx", "old");
  const auto child = ::fork();
  if (child == 0) {  // in a process of its own: the limit stays
    std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit limit{2048, 2048};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string text = refusal("a.onnx");
    ::_exit(text.find("a.onnx: expected space on the disk for 20") != text.npos &&
                    text.find("received File too large") != text.npos
                ? 0
                : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(test::content(folder / "a.onnx") == "old");
  CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, {}) == 1);
}

TEST_CASE("protobuf's limit of 2 GB is one clear error") {
  CHECK_NOTHROW(detail::require_onnx_size("a.onnx", max_onnx_bytes));
  CHECK(error_of<OutputError>([] { detail::require_onnx_size("a.onnx", max_onnx_bytes + 1); }) ==
        "a.onnx: expected at most 2147483647 bytes, which is all that a .onnx file can hold, received "
        "2147483648 bytes");
}

}  // namespace write_onnx_test
