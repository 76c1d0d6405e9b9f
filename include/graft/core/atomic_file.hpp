// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace graft {

/// A file that appears under its name only when it is complete: write temporary(), then commit().
/// Whatever happens before the end of commit(), the file that was there before stays as it was. POSIX.
class AtomicFile {
 public:
  /// Creates the empty temporary file beside the target, so that a folder that is missing or closed to the
  /// user shows before any work is done. A symbolic link is followed: its target is what gets replaced.
  /// Throws OutputError.
  explicit AtomicFile(const std::filesystem::path& target) : target_{resolved(target)} {
    struct ::stat old {};
    const bool replaces = ::stat(target_.c_str(), &old) == 0;
    // Renaming over a device or a folder would destroy or fail: only regular files are replaced.
    if (target_.filename().empty() || (replaces && !S_ISREG(old.st_mode)))
      throw OutputError(target_.string(), "the name of a regular file", "a folder or a device");
    if (replaces && ::access(target_.c_str(), W_OK) != 0) fail("a file that may be written", errno);
    const auto folder = target_.parent_path();
    static std::atomic<unsigned> count{0};
    int file = -1;
    do {
      temporary_ = folder / (".graft-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp");
      file = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    } while (file < 0 && errno == EEXIST);
    if (file < 0) fail("a folder that exists and may be written", errno);
    if (replaces) ::fchmod(file, old.st_mode & 07777);
    ::close(file);
  }

  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Removes the temporary file unless it was committed.
  ~AtomicFile() {
    if (!committed_) ::unlink(temporary_.c_str());
  }

  /// The file to write, in the folder of the target, so that renaming never copies.
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Brings the content to the disk, renames it to the target, and brings the folder to the disk.
  /// The writer must have closed the temporary file. Throws OutputError; then the target is untouched.
  void commit() {
    if (!synced(temporary_, O_RDWR)) fail("space on the disk for the new content", errno);
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("a file that may be replaced", errno);
    committed_ = true;
    // The content is in place; some file systems cannot sync a folder, which is no reason to report a
    // failure.
    synced(target_.parent_path(), O_RDONLY | O_DIRECTORY);
  }

 private:
  static std::filesystem::path resolved(const std::filesystem::path& target) {
    std::error_code ignored;  // a broken or circular link keeps its own name, and opening it tells why
    const auto followed = std::filesystem::weakly_canonical(target, ignored);
    if (!ignored && !followed.empty() && target.has_filename()) return followed;
    return std::filesystem::absolute(target, ignored);
  }

  static bool synced(const std::filesystem::path& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) return false;
    const bool done = ::fsync(file) == 0;
    const int why = errno;
    ::close(file);
    errno = why;
    return done;
  }

  [[noreturn]] void fail(std::string_view expected, int why) const {
    throw OutputError(target_.string(), expected, std::generic_category().message(why));
  }

  std::filesystem::path target_, temporary_;
  bool committed_ = false;
};

/// Writes `parts`, one after the other, as the whole of the file, or throws OutputError and leaves the old
/// file as it was.
inline void write_file(const std::filesystem::path& path, std::span<const std::string_view> parts) {
  AtomicFile file{path};
  const int out = ::open(file.temporary().c_str(), O_WRONLY | O_CLOEXEC);
  int why = out < 0 ? errno : 0;
  std::size_t size = 0;
  for (std::string_view rest : parts) {
    size += rest.size();
    while (why == 0 && !rest.empty()) {
      const ::ssize_t written = ::write(out, rest.data(), rest.size());
      if (written >= 0)
        rest.remove_prefix(static_cast<std::size_t>(written));
      else if (errno != EINTR)
        why = errno;
    }
  }
  if (out >= 0 && ::close(out) != 0 && why == 0) why = errno;
  if (why != 0)
    throw OutputError(path.string(), "space on the disk for " + std::to_string(size) + " bytes",
                      std::generic_category().message(why));
  file.commit();
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
  write_file(path, {&content, 1});
}

}  // namespace graft
