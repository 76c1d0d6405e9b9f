// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/archive_content.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_dataset.hpp>
#include <graft/weights/hdf5_file.hpp>

#include <string>
#include <utility>

namespace graft::detail::hdf5 {

/// An open HDF5 file, on the disk or in memory, whatever its layout; ArchiveTensor::dataset is a path in it.
class Source final : public TensorSource {
 public:
  /// Throws ArchiveError, as all of this class.
  explicit Source(Place place) : place_{std::move(place)}, file_{open_file(place_)} {}
  Source(std::string image, Place place)
      : place_{std::move(place)}, image_{std::move(image)}, file_{open_image(image_, place_)} {}
  ~Source() override {
    const Session session;
    file_.close();
  }

  const Place& place() const { return place_; }
  Handle root() const { return open_root(file_, place_); }

  void read(const ArchiveTensor& tensor, std::span<float> out) const override {
    const Session session;
    const auto data = open_dataset(file_.get(), tensor.dataset.substr(1), place_.at(tensor.dataset));
    if (data.shape != tensor.shape)
      place_.at(tensor.dataset).refuse(to_string(tensor.shape), to_string(data.shape));
    read_floats(data, out);
  }

 private:
  Place place_;
  std::string image_;
  Handle file_;
};

}  // namespace graft::detail::hdf5
