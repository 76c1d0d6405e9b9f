// SPDX-License-Identifier: MIT
// Data sets and models of a few numbers, for the tests of training/.
#pragma once

#include <graft/data/encode_image.hpp>
#include <graft/data/image_folder.hpp>
#include <graft/data/tensor_data.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/model.hpp>
#include <graft/training/fit.hpp>

#include "data/image_files.hpp"
#include "support/golden.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace graft::test {

inline std::vector<std::string> class_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

/// Vectors of four numbers whose class is where the largest of the first numbers stands.
inline TensorData<2> vectors(std::size_t count, std::size_t classes, std::uint32_t subject = 1) {
  const std::vector<float> values = random_values(4 * count, subject);
  auto samples = Tensor<2>::from_shape({count, 4});
  std::copy(values.begin(), values.end(), samples.data());
  std::vector<std::size_t> labels;
  for (std::size_t i = 0; i < count; ++i) {
    const float* row = values.data() + 4 * i;
    labels.push_back(static_cast<std::size_t>(std::max_element(row, row + classes) - row));
  }
  return {std::move(samples), std::move(labels), class_names(classes)};
}

/// A head on vectors, with dropout.
template <class B>
using VectorModel = Model<Input<4>, Sequential<Dense<32, Relu>, Dropout<25>, Dense<1, Sigmoid>>, B>;

/// A tests/golden/fit data set; its targets are 0 and 1, or one-hot.
inline TensorData<4> golden_data(const Golden& golden, const std::string& prefix) {
  const xt::xarray<float> inputs = golden.array(prefix + "inputs"),
                          targets = golden.array(prefix + "targets");
  std::vector<std::size_t> labels;
  const std::size_t units = targets.shape(1);
  for (std::size_t row = 0; row < targets.shape(0); ++row) {
    const float* t = targets.data() + row * units;
    labels.push_back(units == 1 ? static_cast<std::size_t>(t[0])
                                : static_cast<std::size_t>(std::max_element(t, t + units) - t));
  }
  return {Tensor<4>{inputs}, std::move(labels), class_names(units == 1 ? 2 : units)};
}

/// A folder of dark and of light images, each of another size and shade.
class ImageClasses {
 public:
  explicit ImageClasses(std::size_t per_class, const std::vector<std::string>& classes = {"dark", "light"}) {
    for (std::size_t c = 0; c < classes.size(); ++c) {
      std::filesystem::create_directories(folder_ / classes[c]);
      for (std::size_t i = 0; i < per_class; ++i) {
        Pixels pixels = Pixels::from_shape({8 + i % 3, 9 + i % 4, 3});
        for (std::size_t k = 0; k < pixels.size(); ++k)
          pixels.data()[k] = static_cast<std::uint8_t>(c * 150 + (k * 7 + i * 13) % 90);
        write_image(folder_ / classes[c] / (std::to_string(i) + ".png"), pixels);
      }
    }
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  /// A text file that is called an image.
  void add_bad_image(const std::string& name) const {
    image_files::write(path() / name, std::string{"this is no image"});
  }

 private:
  image_files::TemporaryFolder folder_;
};

struct TinyArchitecture {
  static constexpr std::size_t minimum_size = 4;
  using preprocessings = TypeList<Rescale, Tf>;
  using layers = Sequential<Named<"conv", Conv2D<3, Kernel<3>, Strides<2>, Relu>>,
                            Named<"pool", MaxPooling2D<Kernel<2>, Strides<1>>>>;
};
/// (8, 9, 3) -> (2, 3, 3)
using TinyBackbone = Network<Image<8, 9>, TinyArchitecture, Rescale>;
template <class B>
using ImageModel = Model<Frozen<TinyBackbone>, Sequential<Flatten, Dense<1, Sigmoid>>, B>;

template <class B>
ImageModel<B> image_model(Seed seed = {}, Threads threads = {}) {
  ImageModel<B> model{seed, threads};
  model.backbone().initialize(Seed{3});
  return model;
}

inline bool same_history(const History& a, const History& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const EpochLog& x, const EpochLog& y) {
    return x.epoch == y.epoch && x.loss == y.loss && x.accuracy == y.accuracy &&
           x.validated() == y.validated() &&
           (!x.validated() || (x.val_loss == y.val_loss && x.val_accuracy == y.val_accuracy));
  });
}

}  // namespace graft::test
