// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/file_place.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <zip.h>

namespace graft::detail {

/// A ZIP archive, open for reading. Nothing of it is ever written to the disk; yet an archive that would
/// climb out of a folder, or swell, is refused whole.
class ZipReader {
 public:
  /// Checks the whole directory of the archive. Throws ArchiveError, as all of this class.
  explicit ZipReader(FilePlace place) : place_{std::move(place)} {
    int code = 0;
    zip_.reset(zip_open(place_.file.c_str(), ZIP_RDONLY, &code));
    if (zip_ == nullptr) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const std::string why = zip_error_strerror(&error);
      zip_error_fini(&error);
      place_.refuse("a complete ZIP archive", why);
    }
    const auto count =
        static_cast<zip_uint64_t>(std::max<zip_int64_t>(0, zip_get_num_entries(zip_.get(), 0)));
    if (count > max_names)
      place_.refuse("at most " + std::to_string(max_names) + " members", std::to_string(count));
    for (zip_uint64_t i = 0; i < count; ++i) check(i);
  }

  bool has(const std::string& name) const { return names_.contains(name); }

  /// The whole of a member, whose checksum must be right.
  std::string read(const std::string& name, std::uint64_t limit) const {
    const FilePlace place = place_.at(name);
    if (!has(name)) place_.refuse("a member " + name, "a ZIP archive without one");
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(zip_.get(), name.c_str(), 0, &stat) != 0) place.refuse("a readable member", last_error());
    if (stat.size > limit)
      place.refuse("at most " + std::to_string(limit) + " bytes", std::to_string(stat.size));
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file{zip_fopen(zip_.get(), name.c_str(), 0),
                                                                 zip_fclose};
    if (file == nullptr) place.refuse("a readable member", last_error());
    std::string bytes(stat.size, '\0');
    for (std::size_t done = 0;;) {
      // At the end one byte more is asked for: only then does libzip compare the checksum.
      char beyond = 0;
      const bool more = done < bytes.size();
      const auto got = zip_fread(file.get(), more ? &bytes[done] : &beyond, more ? bytes.size() - done : 1);
      if (got < 0) place.refuse("a whole member", zip_error_strerror(zip_file_get_error(file.get())));
      if (got == 0 && !more) return bytes;
      if (got == 0 || !more)
        place.refuse(std::to_string(stat.size) + " bytes, as the directory says", more ? "less" : "more");
      done += static_cast<std::size_t>(got);
    }
  }

 private:
  // Keras stores members as they are; whoever packs them anew does not come near the most that deflate can
  // do.
  static constexpr std::uint64_t max_expansion = 100, always_allowed = std::uint64_t{1} << 24;

  void check(zip_uint64_t index) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    constexpr auto needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(zip_.get(), index, 0, &stat) != 0 || (stat.valid & needed) != needed)
      place_.refuse("a readable directory of the ZIP archive", last_error());
    const std::string name = stat.name;
    const FilePlace place = place_.at(name);
    const bool is_folder = name.size() > 1 && name.back() == '/';
    std::string plain = is_folder ? name.substr(0, name.size() - 1) : name;
    std::replace(plain.begin(), plain.end(), '\\', '/');
    require_plain(plain, place);
    if (!names_.insert(name).second) place_.refuse("members of different names", "'" + name + "' twice");
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
      place.refuse("a member that is stored or deflated",
                   "compression method " + std::to_string(stat.comp_method));
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
      place.refuse("a member that is not encrypted", "one that is");
    if (stat.comp_size > place_.file_size ||
        (stat.size > always_allowed && stat.size / max_expansion > stat.comp_size))
      place.refuse(
          "at most " + std::to_string(max_expansion) + " times the bytes that the archive stores of it",
          std::to_string(stat.size) + " of " + std::to_string(stat.comp_size));
  }

  std::string last_error() const { return zip_strerror(zip_.get()); }

  struct Discard {
    void operator()(zip_t* zip) const { zip_discard(zip); }
  };

  FilePlace place_;
  std::unique_ptr<zip_t, Discard> zip_;
  std::set<std::string> names_;
};

}  // namespace graft::detail
