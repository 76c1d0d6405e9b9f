// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/file_place.hpp>

#include <hdf5.h>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

/// libhdf5's C API with owners for its identifiers and text for its errors; internal to weights/.
namespace graft::detail::hdf5 {

/// While one of these lives, the thread has libhdf5 (which may be built without thread safety) to itself, and
/// the library reports errors to us alone instead of printing its stack on the terminal.
class Session {
 public:
  Session() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex one;
    return one;
  }

  std::lock_guard<std::recursive_mutex> lock_{mutex()};
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// Owns an identifier of any kind: file, group, dataset, type, space, attribute, property list.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_{id} {}
  Handle(Handle&& other) noexcept : id_{std::exchange(other.id_, H5I_INVALID_HID)} {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() { close(); }

  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

  /// Releases now; false if libhdf5 reports an error, such as a disk that is full when the last bytes go out.
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || H5Idec_ref(id) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// What libhdf5 says about the call that just failed: the innermost entry of its stack.
inline std::string last_error() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* entry, void* out) -> herr_t {
        if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(out) = entry->desc;
        return 0;
      },
      &text);
  return text.empty() ? "an error of libhdf5" : text;
}

/// A place in an HDF5 file: what libhdf5 refuses is told in its own words.
struct Place : FilePlace {
  Place at(std::string_view path) const { return {FilePlace::at(path)}; }

  /// Owns `id`, or refuses the file.
  Handle own(hid_t id, std::string_view expected) const {
    if (id < 0) refuse(expected, last_error());
    return Handle{id};
  }

  void require(bool succeeded, std::string_view expected) const {
    if (!succeeded) refuse(expected, last_error());
  }
};

/// Opens the object at `path`, relative to `from`, one component after the other. Only hard links count:
/// soft, external and user-defined ones could lead into other files, or nowhere. Throws ArchiveError.
inline Handle open_object(hid_t from, std::string_view path, const Place& place) {
  require_plain(path, place);
  Handle object;
  while (true) {
    const auto slash = path.find('/');
    const std::string name{path.substr(0, slash)};
    const hid_t group = object.valid() ? object.get() : from;
    if (H5Iget_type(group) != H5I_GROUP && H5Iget_type(group) != H5I_FILE)
      place.refuse("a group above '" + name + "'", "an object that is no group");
    const htri_t exists = H5Lexists(group, name.c_str(), H5P_DEFAULT);
    place.require(exists >= 0, "a readable group above '" + name + "'");
    if (exists == 0) place.refuse("an object '" + name + "'", "nothing of that name");
    H5L_info_t link{};
    place.require(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) >= 0, "a readable link");
    if (link.type != H5L_TYPE_HARD)
      place.refuse("an object stored in this file", link.type == H5L_TYPE_SOFT       ? "a soft link"
                                                    : link.type == H5L_TYPE_EXTERNAL ? "an external link"
                                                                                     : "a user-defined link");
    object = place.own(H5Oopen(group, name.c_str(), H5P_DEFAULT), "a readable object");
    if (slash == std::string_view::npos) return object;
    path.remove_prefix(slash + 1);
  }
}

/// As open_object, for what must be a group.
inline Handle open_group(hid_t from, std::string_view path, const Place& place) {
  Handle group = open_object(from, path, place);
  if (H5Iget_type(group.get()) != H5I_GROUP) place.refuse("a group", "an object that is no group");
  return group;
}

}  // namespace graft::detail::hdf5
