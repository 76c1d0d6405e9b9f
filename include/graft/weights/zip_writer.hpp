// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/core/error.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <zip.h>

namespace graft::detail {

/// A ZIP archive of members that are stored as they are, all dated 1980, so that equal contents give equal
/// files. It appears complete or not at all. Throws OutputError; an old file is then untouched.
class ZipWriter {
 public:
  explicit ZipWriter(const std::filesystem::path& path)
      : path_{path.string()},
        file_{path},
        zip_{zip_open(file_.temporary().c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr)} {
    if (zip_ == nullptr) throw OutputError(path_, "a ZIP archive that can be written", "an error of libzip");
  }

  /// The bytes must live until commit().
  void add(const std::string& name, std::string_view bytes) {
    zip_source_t* const source = zip_source_buffer(zip_.get(), bytes.data(), bytes.size(), 0);
    const auto index =
        source == nullptr ? -1 : zip_file_add(zip_.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail(zip_strerror(zip_.get()));
    }
    const auto member = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t new_year_1980 = 1 << 5 | 1, midnight = 0;
    if (zip_set_file_compression(zip_.get(), member, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip_.get(), member, midnight, new_year_1980, 0) != 0)
      fail(zip_strerror(zip_.get()));
  }

  /// Writes all members, and the archive under its name.
  void commit() {
    if (zip_close(zip_.get()) != 0) fail(zip_strerror(zip_.get()));
    static_cast<void>(zip_.release());
    file_.commit();
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw OutputError(path_, "space on the disk for a ZIP archive", why);
  }

  struct Discard {
    void operator()(zip_t* zip) const { zip_discard(zip); }
  };

  std::string path_;
  AtomicFile file_;
  std::unique_ptr<zip_t, Discard> zip_;
};

}  // namespace graft::detail
