// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

namespace graft::test {

/// One case of tests/golden, such as "layers/dense_relu": numbers that Keras computed.
class Golden {
 public:
  explicit Golden(const std::string& name)
      : folder_{std::filesystem::path{GRAFT_SOURCE_DIR} / "tests/golden" / name} {}

  bool has(const std::string& file) const { return std::filesystem::exists(folder_ / (file + ".npy")); }

  xt::xarray<float> array(const std::string& file) const {
    return xt::load_npy<float>((folder_ / (file + ".npy")).string());
  }

  /// The values alone, in C order; throws for a file that there is not.
  std::vector<float> operator()(const std::string& file) const {
    const xt::xarray<float> values = array(file);
    return {values.data(), values.data() + values.size()};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace graft::test
