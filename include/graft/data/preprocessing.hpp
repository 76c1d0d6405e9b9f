// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace graft {

/// What turns interleaved RGB of 0 to 255 into a network's input, in place, for any number of pixels.
template <class P>
concept Preprocessing = std::default_initializable<P> && requires(std::span<float> rgb) {
  { P::apply(rgb) } -> std::same_as<void>;
  { P::name } -> std::convertible_to<std::string_view>;
};

/// x * float(1/255), to [0, 1]: ImageDataGenerator(rescale=1/255.), a multiplication, whose result differs
/// from x / 255 for 126 of the 256 values.
struct Rescale {
  static constexpr std::string_view name = "Rescale";
  static void apply(std::span<float> rgb) {
    constexpr float factor = static_cast<float>(1.0 / 255.0);
    for (float& x : rgb) x *= factor;
  }
};

/// x, as it is: preprocess_input of networks that bring pixels to their scale themselves (EfficientNet).
struct PassThrough {
  static constexpr std::string_view name = "PassThrough";
  static void apply(std::span<float>) {}
};

/// x / 127.5 - 1, to [-1, 1]: preprocess_input of mode 'tf' (Inception, MobileNet, Xception).
struct Tf {
  static constexpr std::string_view name = "Tf";
  static void apply(std::span<float> rgb) {
    for (float& x : rgb) x /= 127.5f;
    for (float& x : rgb) x -= 1.0f;
  }
};

/// BGR, minus the mean of ImageNet (103.939, 116.779, 123.68): preprocess_input of mode 'caffe' (VGG,
/// ResNet).
struct Caffe {
  static constexpr std::string_view name = "Caffe";
  static void apply(std::span<float> rgb) {
    for (std::size_t i = 0; i + 3 <= rgb.size(); i += 3) {
      std::swap(rgb[i], rgb[i + 2]);
      rgb[i] -= 103.939f;
      rgb[i + 1] -= 116.779f;
      rgb[i + 2] -= 123.68f;
    }
  }
};

/// x / 255, minus ImageNet's mean, divided by its standard deviation, in RGB: preprocess_input of mode
/// 'torch' (DenseNet).
struct Torch {
  static constexpr std::string_view name = "Torch";
  static void apply(std::span<float> rgb) {
    constexpr std::array<float, 3> mean{0.485f, 0.456f, 0.406f}, deviation{0.229f, 0.224f, 0.225f};
    for (std::size_t i = 0; i + 3 <= rgb.size(); i += 3)
      for (std::size_t c = 0; c < 3; ++c) rgb[i + c] = (rgb[i + c] / 255.0f - mean[c]) / deviation[c];
  }
};

}  // namespace graft
