// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/weights/hdf5.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

/// What the tests of weights/ share: a fresh folder, and HDF5 files of every kind, written by libhdf5 itself.
namespace graft::test {

namespace fs = std::filesystem;
using graft::detail::hdf5::Handle;

struct TempFolder {
  fs::path path;
  TempFolder() {
    static int count = 0;
    path = fs::temp_directory_path() /
           ("graft-weights-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    fs::remove_all(path);
    fs::create_directories(path);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

/// A file of the shared data, or an empty path and a message if it is not there.
inline fs::path data_file(const std::string& name) {
  const char* folder = std::getenv("GRAFT_DATA");
#ifdef GRAFT_SOURCE_DIR
  const fs::path data =
      folder != nullptr ? fs::path{folder} : fs::path{GRAFT_SOURCE_DIR} / ".." / "shared" / "data";
#else
  const fs::path data = folder != nullptr ? folder : "";
#endif
  if (fs::exists(data / "weights" / name)) return data / "weights" / name;
  MESSAGE("skipped: no weights/" << name << " in the folder GRAFT_DATA");
  return {};
}

inline std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void store(const fs::path& path, std::string_view bytes) {
  std::ofstream{path, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// The text of the graft::ArchiveError that `body` throws; empty if it throws none. Others pass through and
/// fail the test.
template <class Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const graft::ArchiveError& error) {
    return error.what();
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// An HDF5 file under construction; complete when the builder is gone.
class H5Builder {
 public:
  explicit H5Builder(const std::string& path)
      : file_{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)},
        links_{H5Pcreate(H5P_LINK_CREATE)} {
    H5Pset_create_intermediate_group(links_.get(), 1);
    REQUIRE(file_.valid());
  }

  hid_t file() const { return file_.get(); }
  hid_t links() const { return links_.get(); }

  void group(const std::string& path) const {
    const graft::detail::hdf5::Session silent;
    if (path == "/" || H5Lexists(file(), path.c_str(), H5P_DEFAULT) > 0) return;
    const Handle made{H5Gcreate2(file(), path.c_str(), links(), H5P_DEFAULT, H5P_DEFAULT)};
    REQUIRE(made.valid());
  }

  /// A list of fixed-length strings.
  void fixed(const std::string& object, const std::string& name, const std::vector<std::string>& list,
             H5T_str_t padding = H5T_STR_NULLPAD, std::size_t room = 0) const {
    std::size_t width = 1;
    for (const auto& text : list) width = std::max(width, text.size() + room);
    std::string bytes;
    for (const auto& text : list)
      bytes += text + std::string(width - text.size(), padding == H5T_STR_SPACEPAD ? ' ' : '\0');
    const Handle type{H5Tcopy(H5T_C_S1)};
    H5Tset_size(type.get(), width);
    H5Tset_strpad(type.get(), padding);
    attribute(object, name, type, list.size(), bytes.data());
  }

  /// A list of variable-length strings.
  void variable(const std::string& object, const std::string& name,
                const std::vector<std::string>& list) const {
    std::vector<const char*> texts;
    for (const auto& text : list) texts.push_back(text.c_str());
    attribute(object, name, variable_type(), list.size(), texts.data());
  }

  void scalar(const std::string& object, const std::string& name, const std::string& text) const {
    const Handle type = variable_type(), space{H5Screate(H5S_SCALAR)},
                 target{H5Oopen(file(), object.c_str(), H5P_DEFAULT)};
    const Handle made{
        H5Acreate2(target.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)};
    const char* start = text.c_str();
    REQUIRE(H5Awrite(made.get(), type.get(), &start) >= 0);
  }

  /// As h5py writes an empty list.
  void empty_list(const std::string& object, const std::string& name) const {
    attribute(object, name, Handle{H5Tcopy(H5T_IEEE_F64LE)}, 0, nullptr);
  }

  void attribute(const std::string& object, const std::string& name, const Handle& type, hsize_t count,
                 const void* data) const {
    const Handle space{H5Screate_simple(1, &count, nullptr)},
        target{H5Oopen(file(), object.c_str(), H5P_DEFAULT)};
    const Handle made{
        H5Acreate2(target.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)};
    REQUIRE(made.valid());
    if (data != nullptr) REQUIRE(H5Awrite(made.get(), type.get(), data) >= 0);
  }

  /// A dataset that is not yet written.
  Handle dataset(const std::string& path, const std::vector<hsize_t>& extents, hid_t type = H5T_IEEE_F32LE,
                 hid_t creation = H5P_DEFAULT) const {
    const Handle space{extents.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr)};
    Handle made{H5Dcreate2(file(), path.c_str(), type, space.get(), links(), creation, H5P_DEFAULT)};
    REQUIRE(made.valid());
    return made;
  }

  /// A dataset that counts 0.5, 1.5, 2.5, ….
  void numbers(const std::string& path, const std::vector<hsize_t>& extents, hid_t type = H5T_IEEE_F32LE,
               hid_t creation = H5P_DEFAULT) const {
    std::size_t size = 1;
    for (const auto extent : extents) size *= extent;
    const auto values = counted(size);
    const Handle made = dataset(path, extents, type, creation);
    REQUIRE(H5Dwrite(made.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  }

  static std::vector<float> counted(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i) + 0.5F;
    return values;
  }

  /// A small weights-only file as Keras writes it, with one dense layer whose datasets the caller adds.
  void dense_manifest(const std::vector<std::string>& weights = {"dense_1/kernel:0",
                                                                 "dense_1/bias:0"}) const {
    group("/dense_1");
    fixed("/", "layer_names", {"dense_1"});
    fixed("/dense_1", "weight_names", weights);
  }

 private:
  static Handle variable_type() {
    Handle type{H5Tcopy(H5T_C_S1)};
    H5Tset_size(type.get(), H5T_VARIABLE);
    return type;
  }

  Handle file_, links_;
};

/// Properties of a dataset in chunks, shuffled and deflated.
inline Handle deflated_chunks(const std::vector<hsize_t>& chunk) {
  Handle creation{H5Pcreate(H5P_DATASET_CREATE)};
  H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
  H5Pset_shuffle(creation.get());
  H5Pset_deflate(creation.get(), 6);
  return creation;
}

}  // namespace graft::test
