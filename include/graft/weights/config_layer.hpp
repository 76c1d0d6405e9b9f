// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/config_graph.hpp>
#include <graft/weights/expected_layer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace graft::detail {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Layers that hand on what they get when nothing is trained.
template <class Json>
bool is_identity(const ConfigNode<Json>& node) {
  static constexpr std::array<std::string_view, 13> classes{
      identity_class,   "Dropout",          "SpatialDropout2D",      "GaussianNoise", "GaussianDropout",
      "AlphaDropout",   "RandomFlip",       "RandomRotation",        "RandomZoom",    "RandomTranslation",
      "RandomContrast", "RandomBrightness", "ActivityRegularization"};
  return is_one_of(classes, node.class_name) && !node.inputs.empty();
}

/// Whether a layer slides a kernel over zeros at the border: for these a padding layer before is the same.
template <class Json>
bool is_convolution(const ConfigNode<Json>& node) {
  static constexpr std::array<std::string_view, 3> classes{"Conv2D", "DepthwiseConv2D", "SeparableConv2D"};
  return is_one_of(classes, node.class_name);
}

/// A class name without the version that TensorFlow 1 appends.
template <class Json>
std::string_view class_of(const ConfigNode<Json>& node) {
  std::string_view name = node.class_name;
  if (name.ends_with("V1") || name.ends_with("V2")) name.remove_suffix(2);
  return name;
}

/// The activation that a layer applies last; "linear" for none.
template <class Json>
std::string activation_of(const ConfigNode<Json>& node) {
  const auto found = node.config.find("activation");
  if (found == node.config.end() || found->is_null()) return "linear";
  const bool inside = found->is_object() && found->contains("config");
  const Json& value = inside ? (*found)["config"] : *found;
  if (!value.is_string()) return value.dump();
  return value == "silu" ? "swish" : value.template get<std::string>();  // Keras 3's name of it
}

/// The function of a layer that is nothing but an activation; empty for other layers.
template <class Json>
std::string function_of(const ConfigNode<Json>& node) {
  if (node.class_name == "Activation") return activation_of(node);
  if (node.class_name == "Softmax") return "softmax";
  if (node.class_name != "ReLU") return {};
  const auto number = [&](const char* key, double otherwise) {
    const auto found = node.config.find(key);
    return found != node.config.end() && found->is_number() ? found->template get<double>() : otherwise;
  };
  const double most = number("max_value", INFINITY);
  if (number("negative_slope", 0) == 0 && number("threshold", 0) == 0) {
    if (most == 6) return "relu6";
    if (std::isinf(most)) return "relu";
  }
  return "ReLU " + node.config.dump();
}

/// Equal as settings of a layer: numbers up to float's precision, 3 as (3, 3), and a list as the only item of
/// another.
template <class Json>
bool same_setting(const Json& a, const Json& b) {
  if (a.is_array() && a.size() == 1 && a[0].is_array()) return same_setting(a[0], b);
  if (b.is_array() && b.size() == 1 && b[0].is_array()) return same_setting(a, b[0]);
  if (a.is_number() && b.is_number()) {
    const double x = a.template get<double>(), y = b.template get<double>();
    return std::abs(x - y) <= 1e-6 * std::max(std::abs(x), std::abs(y));
  }
  if (a.is_array() && b.is_array())
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_setting<Json>);
  if (a.is_array())
    return std::all_of(a.begin(), a.end(), [&](const Json& item) { return same_setting(item, b); });
  if (b.is_array()) return same_setting(b, a);
  return a == b;
}

/// (3, 3) for [3, 3], other values as JSON has them.
template <class Json>
std::string setting_text(const Json& value) {
  if (value.is_string()) return value.template get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text = "(";
  for (const Json& item : value) text += (text.size() > 1 ? ", " : "") + setting_text(item);
  return text + ')';
}

/// The first setting in which two layers of one class differ, of those that both name and that matter for
/// what is computed. Padding of convolutions, activations and shapes of weights are looked at elsewhere.
template <class Json>
std::optional<Difference> difference(const ConfigNode<Json>& expected, const ConfigNode<Json>& found) {
  static constexpr std::array<std::string_view, 10> immaterial{
      "name",     "trainable",         "dtype",       "activation", "axis",
      "momentum", "batch_input_shape", "batch_shape", "seed",       "noise_shape"};
  if (class_of(expected) != class_of(found))
    return Difference{expected.name, expected.class_name, found.class_name + " '" + found.name + "'"};
  for (const auto& [key, value] : expected.config.items()) {
    if (is_one_of(immaterial, key) || (key == "padding" && is_convolution(expected))) continue;
    if (key.ends_with("_initializer") || key.ends_with("_regularizer") || key.ends_with("_constraint"))
      continue;
    auto other = found.config.find(key);
    if (other == found.config.end()) continue;
    // A pooling without strides moves by its size.
    if (key == "strides" && other->is_null()) other = found.config.find("pool_size");
    if (other == found.config.end() || !same_setting(value, *other))
      return Difference{expected.name, key + ' ' + setting_text(value),
                        other == found.config.end() ? "none" : setting_text(*other)};
  }
  return std::nullopt;
}

}  // namespace graft::detail
