// SPDX-License-Identifier: MIT
#include <graft/core/atomic_file.hpp>

#include <csignal>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atomic_file_test {

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("graft-atomic-" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

long entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator{folder}, fs::directory_iterator{});
}

/// The text of the OutputError that writing throws, or an empty string.
std::string refusal(const fs::path& path, const std::string& text) {
  try {
    graft::write_file(path, text);
  } catch (const graft::OutputError& error) {
    return error.what();
  }
  return {};
}

/// Runs `body` in a child whose limits and user it may change; true if it returned true.
template <class Body>
bool in_child(Body body) {
  const auto child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("write_file creates and replaces, and leaves nothing else behind") {
  const Folder folder;
  const auto path = folder.path / "history.csv";
  graft::write_file(path, "first");
  CHECK(content(path) == "first");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  const std::string zeros(3'000'000, '\0');
  graft::write_file(path, zeros);
  CHECK(content(path) == zeros);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  graft::write_file(path, "");
  CHECK(content(path).empty());
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("an AtomicFile that is not committed leaves the old file and no temporary") {
  const Folder folder;
  const auto path = folder.path / "model.h5";
  graft::write_file(path, "old");
  {
    const graft::AtomicFile file{path};
    CHECK(file.temporary().parent_path() == fs::canonical(folder.path));
    std::ofstream{file.temporary()} << "half";
    CHECK(entries(folder.path) == 2);
  }
  CHECK(content(path) == "old");
  CHECK(entries(folder.path) == 1);
  {
    graft::AtomicFile first{path}, second{path};
    CHECK(first.temporary() != second.temporary());
    std::ofstream{first.temporary()} << "new";
    first.commit();
    CHECK(content(path) == "new");
  }
  CHECK(content(path) == "new");
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("a relative name and a symbolic link are written where they point") {
  const Folder folder;
  const auto before = fs::current_path();
  fs::current_path(folder.path);
  graft::write_file("plain.txt", "here");
  fs::create_symlink("plain.txt", "link.txt");
  graft::write_file("link.txt", "through");
  fs::current_path(before);
  CHECK(content(folder.path / "plain.txt") == "through");
  CHECK(fs::is_symlink(folder.path / "link.txt"));
}

TEST_CASE("what cannot be written is an OutputError that names the file") {
  const Folder folder;
  const auto missing = folder.path / "no" / "such" / "out.csv";
  CHECK(refusal(missing, "x").find("no/such/out.csv: expected a folder that exists") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.path / "no"));
  CHECK(refusal(folder.path, "x").find("expected the name of a regular file") != std::string::npos);
  CHECK(refusal(folder.path / "", "x").find("expected the name of a regular file") != std::string::npos);
  CHECK(refusal("/dev/full", "x").find("/dev/full: expected the name of a regular file") !=
        std::string::npos);
  CHECK(fs::is_character_file("/dev/full"));
  graft::write_file(folder.path / "file", "x");
  CHECK(refusal(folder.path / "file" / "below", "x").find("Not a directory") != std::string::npos);
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("no permission: the old file stays") {
  const Folder folder;
  const auto path = folder.path / "kept.txt";
  graft::write_file(path, "old");
  fs::permissions(folder.path, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                   fs::perms::others_exec);
  CHECK(in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return false;  // root may write everywhere
    return refusal(path, "new").find("Permission denied") != std::string::npos &&
           refusal(folder.path / "other.txt", "new").find("Permission denied") != std::string::npos;
  }));
  fs::permissions(folder.path, fs::perms::owner_all);
  CHECK(content(path) == "old");
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("no space: the old file stays and the temporary goes") {
  const Folder folder;
  const auto path = folder.path / "kept.txt";
  graft::write_file(path, "old");
  CHECK(in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return refusal(path, std::string(10'000, 'x'))
               .find("kept.txt: expected space on the disk for 10000 bytes") != std::string::npos;
  }));
  CHECK(content(path) == "old");
  CHECK(entries(folder.path) == 1);
}

}  // namespace atomic_file_test
