// SPDX-License-Identifier: MIT
// Inception v3 to mixed7 from oneDNN's primitives, each in the memory layout that oneDNN prefers, batch
// normalisation folded and ReLU fused: in sequence, as a runtime would do it; or each primitive many times in
// a row, so that it finds its operands in the caches. Nothing is left between the primitives: what they take
// is all that there is.
#include "../workloads/driver.hpp"
#include <dnnl.hpp>
#include <functional>
#include <numeric>
#include <sstream>
#include <unordered_map>

using namespace dnnl;
using Dims = memory::dims;
constexpr auto f32 = memory::data_type::f32;
constexpr auto any = memory::format_tag::any;

class Network {
 public:
  Network(const std::string& folder, memory::dim batch, const std::vector<float>& images, bool winograd)
      : batch_{batch}, winograd_{winograd} {
    memory input{{{batch, 3, 150, 150}, f32, memory::format_tag::nhwc}, engine_};
    std::copy(images.begin(), images.end(), static_cast<float*>(input.get_data_handle()));
    values_["x"] = input;

    weights_ = read_floats_of(folder);
    std::ifstream file{folder + "/inception.txt"};
    for (std::string line; std::getline(file, line);) {
      std::istringstream words{line};
      std::string kind, source;
      words >> kind >> last_ >> source;
      if (kind == "conv") {
        std::vector<memory::dim> layer{std::istream_iterator<memory::dim>{words}, {}};
        convolution(values_.at(source), layer);
      } else if (kind == "concat") {
        std::vector<memory> sources{values_.at(source)};
        while (words >> source) sources.push_back(values_.at(source));
        concatenate(sources);
      } else {
        pool(values_.at(source), kind == "max");
      }
    }
    stream_.wait();
  }

  /// Every primitive `repeats` times.
  void run(std::size_t repeats) {
    for (auto& [operation, arguments] : operations_)
      for (std::size_t i = 0; i < repeats; ++i) {
        operation.execute(stream_, arguments);
        stream_.wait();
      }
  }

  std::vector<float> features() {  // (batch, 7, 7, 768)
    std::vector<float> result(static_cast<std::size_t>(batch_) * bench::Golden::feature_size);
    memory plain{{{batch_, 768, 7, 7}, f32, memory::format_tag::nhwc}, engine_, result.data()};
    reorder_to(values_.at(last_), plain);
    return result;
  }

 private:
  using Arguments = std::unordered_map<int, memory>;

  static std::vector<float> read_floats_of(const std::string& folder) {
    const std::string path = folder + "/inception.f32";
    std::ifstream file{path, std::ios::binary | std::ios::ate};
    return bench::read_floats(path, static_cast<std::size_t>(file.tellg()) / sizeof(float));
  }

  void reorder_to(memory& from, memory& to) {
    reorder{from, to}.execute(stream_, from, to);
    stream_.wait();
  }

  // layer: input channels, output channels, kernel height, width, stride, whether padded
  void convolution(memory& source, const std::vector<memory::dim>& layer) {
    const memory::dim in = layer[0], out = layer[1], height = layer[2], width = layer[3], stride = layer[4];
    const Dims padding = layer[5] != 0 ? Dims{height / 2, width / 2} : Dims{0, 0};
    const Dims size = source.get_desc().dims();
    const Dims result{batch_, out, (size[2] + 2 * padding[0] - height) / stride + 1,
                      (size[3] + 2 * padding[1] - width) / stride + 1};
    post_ops relu;
    relu.append_eltwise(1.0f, algorithm::eltwise_relu, 0.0f, 0.0f);
    primitive_attr attributes;
    attributes.set_post_ops(relu);
    const auto describe = [&](algorithm how, bool optional) {
      const convolution_forward::desc layouts{prop_kind::forward_inference,
                                              how,
                                              {size, f32, any},
                                              {{out, in, height, width}, f32, any},
                                              {{out}, f32, memory::format_tag::a},
                                              {result, f32, any},
                                              {stride, stride},
                                              padding,
                                              padding};
      return convolution_forward::primitive_desc{layouts, attributes, engine_, optional};
    };
    convolution_forward::primitive_desc description;
    if (winograd_) description = describe(algorithm::convolution_winograd, true);
    if (!description) description = describe(algorithm::convolution_direct, false);
    memory kernel{
        {{out, in, height, width}, f32, memory::format_tag::hwio}, engine_, take(out * in * height * width)};
    memory packed{description.weights_desc(), engine_};
    reorder_to(kernel, packed);
    add(convolution_forward{description},
        {{DNNL_ARG_SRC, in_layout(source, description.src_desc())},
         {DNNL_ARG_WEIGHTS, packed},
         {DNNL_ARG_BIAS, memory{description.bias_desc(), engine_, take(out)}}},
        description.dst_desc());
  }

  void pool(memory& source, bool maximum) {
    const Dims size = source.get_desc().dims();
    const memory::dim stride = maximum ? 2 : 1, padding = maximum ? 0 : 1;
    const Dims result{size[0], size[1], (size[2] + 2 * padding - 3) / stride + 1,
                      (size[3] + 2 * padding - 3) / stride + 1};
    const pooling_forward::desc layouts{
        prop_kind::forward_inference,
        maximum ? algorithm::pooling_max : algorithm::pooling_avg_exclude_padding,
        source.get_desc(),
        memory::desc{result, f32, any},
        {stride, stride},
        {3, 3},
        {padding, padding},
        {padding, padding}};
    const pooling_forward::primitive_desc description{layouts, engine_};
    add(pooling_forward{description}, {{DNNL_ARG_SRC, source}}, description.dst_desc());
  }

  void concatenate(std::vector<memory>& sources) {
    std::vector<memory::desc> layouts;
    Arguments arguments;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      layouts.push_back(sources[i].get_desc());
      arguments.insert({DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), sources[i]});
    }
    const concat::primitive_desc description{1, layouts, engine_};
    add(concat{description}, std::move(arguments), description.dst_desc());
  }

  // The source itself, or a copy of it in another layout, made by a reorder that is part of the network.
  memory in_layout(memory& source, const memory::desc& layout) {
    if (source.get_desc() == layout) return source;
    memory copy{layout, engine_};
    reorder_to(source, copy);
    operations_.push_back({reorder{source, copy}, {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, copy}}});
    return copy;
  }

  void add(const primitive& operation, Arguments arguments, const memory::desc& result) {
    values_[last_] = memory{result, engine_};
    arguments.insert({DNNL_ARG_DST, values_[last_]});
    operations_.push_back({operation, std::move(arguments)});
  }

  float* take(memory::dim count) {
    float* values = weights_.data() + taken_;
    taken_ += static_cast<std::size_t>(count);
    return values;
  }

  memory::dim batch_;
  bool winograd_;  // where there is an implementation, which is for 3x3 windows of stride one
  engine engine_{engine::kind::cpu, 0};
  stream stream_{engine_};
  std::vector<float> weights_;
  std::size_t taken_ = 0;
  std::string last_;
  std::unordered_map<std::string, memory> values_;
  std::vector<std::pair<primitive, Arguments>> operations_;
};

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::size_t batch = arguments.number("batch");
  const bench::Golden golden{arguments["data"]};
  Network network{arguments["data"], static_cast<memory::dim>(batch), golden.batch(batch),
                  arguments["variant"] == "winograd"};
  network.run(1);
  const double error = golden.difference(network.features().data(), batch);
  const std::size_t repeats = arguments["variant"] != "isolated" ? 1 : batch < 8 ? 16 : 3;
  const dnnl_version_t* v = dnnl_version();
  bench::serve(
      std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch),
      bench::error_note(error), [&] { network.run(repeats); }, batch * repeats);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
