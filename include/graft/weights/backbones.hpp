// SPDX-License-Identifier: MIT
#pragma once

#include <graft/applications/dense_net.hpp>
#include <graft/applications/efficient_net.hpp>
#include <graft/applications/inception_v3.hpp>
#include <graft/applications/mobile_net.hpp>
#include <graft/applications/mobile_net_v2.hpp>
#include <graft/applications/res_net.hpp>
#include <graft/applications/squeeze_net.hpp>
#include <graft/applications/vgg.hpp>
#include <graft/applications/xception.hpp>
#include <graft/core/error.hpp>
#include <graft/core/fixed_string.hpp>
#include <graft/core/type_list.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/network_layers.hpp>
#include <graft/weights/save.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// A network that programs know by a name at run time. `Net` is a LayeredNetwork: only those who use it find
/// out, since to ask here would compile every network of KnownBackbones in every program.
template <fixed_string Name, class Net>
struct NamedBackbone {
  using network = Net;
  static constexpr auto name = Name;
};

/// All backbones that Keras has weights for. No parameter of theirs depends on the size of the images.
using KnownBackbones =
    TypeList<NamedBackbone<"densenet121", DenseNet121<Image<224, 224>>>,
             NamedBackbone<"efficient_net_b0", EfficientNetB0<Image<224, 224>>>,
             NamedBackbone<"inception_v3", InceptionV3<Image<299, 299>>>,
             NamedBackbone<"mobile_net_0.25", MobileNet<Image<224, 224>, Alpha<25>>>,
             NamedBackbone<"mobile_net_0.5", MobileNet<Image<224, 224>, Alpha<50>>>,
             NamedBackbone<"mobile_net_0.75", MobileNet<Image<224, 224>, Alpha<75>>>,
             NamedBackbone<"mobile_net_1.0", MobileNet<Image<224, 224>, Alpha<100>>>,
             NamedBackbone<"mobile_net_v2_0.35", MobileNetV2<Image<224, 224>, Alpha<35>>>,
             NamedBackbone<"mobile_net_v2_0.5", MobileNetV2<Image<224, 224>, Alpha<50>>>,
             NamedBackbone<"mobile_net_v2_0.75", MobileNetV2<Image<224, 224>, Alpha<75>>>,
             NamedBackbone<"mobile_net_v2_1.0", MobileNetV2<Image<224, 224>, Alpha<100>>>,
             NamedBackbone<"mobile_net_v2_1.3", MobileNetV2<Image<224, 224>, Alpha<130>>>,
             NamedBackbone<"mobile_net_v2_1.4", MobileNetV2<Image<224, 224>, Alpha<140>>>,
             NamedBackbone<"resnet50", ResNet50<Image<224, 224>>>,
             NamedBackbone<"squeeze_net", SqueezeNet<Image<227, 227>>>,
             NamedBackbone<"vgg16", VGG16<Image<224, 224>>>, NamedBackbone<"vgg19", VGG19<Image<224, 224>>>,
             NamedBackbone<"xception", Xception<Image<299, 299>>>>;

/// A backbone at run time, for programs that learn only from a file or a command line which one they have to
/// do with: its layers and their parameters, and no kernel.
class RuntimeBackbone {
 public:
  template <fixed_string Name, LayeredNetwork Net>
  explicit RuntimeBackbone(NamedBackbone<Name, Net>)
      : name_{NamedBackbone<Name, Net>::name.view()},
        network_{detail::network_layers<Net>()},
        whole_{network_.output},
        parameter_count_{graph_of<Net>.parameter_count} {}

  std::string_view name() const { return name_; }

  /// The last layer, behind which it may be cut.
  std::string last_layer() const { return network_.nodes[network_.output].name(); }
  bool is_cut() const { return network_.output != whole_; }

  /// Whether what follows the last layer has parameters: between two cuts that need the same, the one to
  /// name.
  bool parameters_follow() const {
    return std::any_of(network_.nodes.begin(), network_.nodes.end(), [&](const Node& node) {
      const auto inputs = std::span{node.inputs}.first(node.input_count);
      return node.parameters > 0 && std::find(inputs.begin(), inputs.end(), network_.output) != inputs.end();
    });
  }

  /// The backbone cut behind a layer. Throws Error if it has none of that name.
  RuntimeBackbone until(std::string_view layer) const {
    const auto found = std::find_if(network_.nodes.begin(), network_.nodes.end(),
                                    [&](const Node& node) { return node.name() == layer; });
    if (found == network_.nodes.end())
      throw Error{
          expected_received("until", "a layer of " + std::string{name_}, "'" + std::string{layer} + "'")};
    RuntimeBackbone result = *this;
    result.network_.output = static_cast<std::size_t>(found - network_.nodes.begin());
    return result;
  }

  /// All its layers in the order of Keras' model.layers; those without parameters have none.
  std::vector<ExpectedLayer> layers() const {
    std::vector<ExpectedLayer> weighted = places().layers, all;
    for (auto next = weighted.begin(); const std::size_t n : network_.order())
      if (network_.nodes[n].parameters > 0)
        all.push_back(std::move(*next++));
      else
        all.push_back({network_.nodes[n].name(), {}});
    return all;
  }

  /// The parameters that the file has for it, which write() takes. Throws ArchiveError or WeightMismatch.
  template <class Json = detail::OrderedJson>
  std::vector<float> read(const Archive& archive) const {
    return detail::read_parameters<Json>(archive, places(archive), {&network_, 1}, parameter_count_);
  }

  /// Whether read() would find all that it needs.
  bool fits(const Archive& archive) const { return detail::archive_has(archive, places(archive).layers); }

  /// The layers with parameters that the file has beyond it. Throws as read() does.
  std::vector<std::string> left_out(const Archive& archive) const {
    const auto wanted = places(archive).layers, own = places().layers;
    std::set<const ArchiveLayer*> used;
    for (const Match& match : match_layers(archive.file(), archive.layers(), archive.order(), wanted))
      if (std::any_of(own.begin(), own.end(),
                      [&](const auto& layer) { return layer.name == match.expected->name; }))
        used.insert(match.found);
    std::vector<std::string> names;
    for (const ArchiveLayer& layer : archive.layers())
      if (!layer.tensors.empty() && !used.contains(&layer)) names.push_back(layer.name);
    return names;
  }

  /// Writes it as Extractor::save does. Throws OutputError.
  template <class Json = detail::OrderedJson>
  void write(const std::filesystem::path& file, std::span<const float> parameters) const {
    detail::ModelData<Json> model;
    model.append(network_, parameters, false);
    detail::write_model(file, model);
  }

 private:
  detail::ParameterPlaces places() const {
    detail::ParameterPlaces result;
    detail::append_places(result, network_.nodes, network_.order(), *network_.parameters, 0);
    return result;
  }

  /// Those to look for in a file. The order of a whole file is understood from all its layers: a cut inside a
  /// branch does not have the first of them.
  detail::ParameterPlaces places(const Archive& archive) const {
    RuntimeBackbone whole = *this;
    whole.network_.output = whole_;
    auto all = whole.places();
    return detail::archive_has(archive, all.layers) ? all : places();
  }

  std::string_view name_;
  detail::NetworkLayers network_;
  std::size_t whole_, parameter_count_;
};

/// The backbones of a list, at run time. It is a template so that programs that do not call it do not compile
/// it.
template <class Backbones = KnownBackbones>
std::vector<RuntimeBackbone> backbones() {
  return []<class... Named>(TypeList<Named...>) {
    return std::vector{RuntimeBackbone{Named{}}...};
  }(Backbones{});
}

}  // namespace graft
