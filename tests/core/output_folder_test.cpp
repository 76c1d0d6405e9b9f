// SPDX-License-Identifier: MIT
#include <graft/core/output_folder.hpp>

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace output_folder_test {

namespace fs = std::filesystem;

TEST_CASE("an output folder is made when it is missing, and left as it was when it is there") {
  const fs::path root = fs::temp_directory_path() / ("graft-output-" + std::to_string(::getpid()));
  fs::remove_all(root);
  const graft::OutputFolder folder{root / "a/b"};
  CHECK(fs::is_directory(root / "a/b"));
  CHECK(folder / "x.csv" == root / "a/b/x.csv");
  std::ofstream{folder / "x.csv"} << "kept";
  const graft::OutputFolder again{folder.path()};
  CHECK(fs::file_size(again / "x.csv") == 4);
  CHECK(std::distance(fs::directory_iterator{folder.path()}, fs::directory_iterator{}) ==
        1);  // no probe is left

  std::ofstream{root / "file"} << "";
  for (const fs::path& bad : {root / "file", root / "file/below", fs::path{"/proc/graft"}}) {
    CAPTURE(bad.string());
    try {
      const graft::OutputFolder impossible{bad};
      FAIL("expected an OutputError");
    } catch (const graft::OutputError& error) {
      CHECK(std::string{error.what()}.find(bad.string() + ": expected a folder that can be written to") == 0);
    }
  }
  fs::remove_all(root);
}

}  // namespace output_folder_test
