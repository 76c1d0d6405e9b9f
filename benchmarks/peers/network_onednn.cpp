// SPDX-License-Identifier: MIT
// A network from oneDNN's primitives, each in the memory layout that oneDNN prefers, batch normalisation
// folded, ReLU and a sum with what was computed before fused: in sequence, as a runtime would do it; or each
// primitive many times in a row, so that it finds its operands in the caches. Nothing is left between the
// primitives: what they take is all that there is.
#include "../workloads/driver.hpp"
#include <dnnl.hpp>
#include <functional>
#include <numeric>
#include <optional>
#include <sstream>
#include <unordered_map>

using namespace dnnl;
using Dims = memory::dims;
constexpr auto f32 = memory::data_type::f32;
constexpr auto any = memory::format_tag::any;

class Network {
 public:
  Network(const std::string& folder, memory::dim batch, bool winograd) : batch_{batch}, winograd_{winograd} {
    std::ifstream file{folder + "/network.txt"};
    std::string line;
    std::getline(file, line);
    std::istringstream{line} >> pixels_ >> result_[0] >> result_[1] >> result_[2];
    std::vector<Operation> operations;
    while (std::getline(file, line)) operations.emplace_back(line);

    golden_.emplace(folder, static_cast<std::size_t>(pixels_ * pixels_ * 3), result_size());
    const std::vector<float> images = golden_->batch(static_cast<std::size_t>(batch));
    memory input{{{batch, 3, pixels_, pixels_}, f32, memory::format_tag::nhwc}, engine_};
    std::copy(images.begin(), images.end(), static_cast<float*>(input.get_data_handle()));
    values_["x"] = input;

    weights_ = read_floats_of(folder);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const Operation& o = operations[i];
      last_ = o.name;
      if (o.kind == "concat") {
        concatenate(o.sources);
      } else if (o.kind == "max" || o.kind == "average") {
        pool(o);
      } else if (i + 1 < operations.size() && operations[i + 1].kind == "add") {
        const Operation& sum =
            operations[++i];  // of an earlier value, in whose place it is made, and this one
        last_ = sum.name;
        convolution(o, &values_.at(sum.sources[0]));
      } else {
        convolution(o, nullptr);
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

  /// Largest |computed - golden| after a run.
  double error() {
    std::vector<float> result(static_cast<std::size_t>(batch_) * result_size());
    memory plain{{{batch_, result_[2], result_[0], result_[1]}, f32, memory::format_tag::nhwc},
                 engine_,
                 result.data()};
    reorder_to(values_.at(last_), plain);
    return golden_->difference(result.data(), static_cast<std::size_t>(batch_));
  }

 private:
  using Arguments = std::unordered_map<int, memory>;

  // A line of network.txt.
  struct Operation {
    explicit Operation(const std::string& line) {
      std::istringstream words{line};
      words >> kind >> name >> activation >> in >> out >> height >> width >> stride >> before[0] >>
          before[1] >> after[0] >> after[1];
      sources.assign(std::istream_iterator<std::string>{words}, {});
    }
    std::string kind, name, activation;
    memory::dim in, out, height, width, stride;
    Dims before{0, 0}, after{0, 0};  // padding of rows and columns
    std::vector<std::string> sources;
  };

  std::size_t result_size() const { return static_cast<std::size_t>(result_[0] * result_[1] * result_[2]); }

  static std::vector<float> read_floats_of(const std::string& folder) {
    const std::string path = folder + "/network.f32";
    std::ifstream file{path, std::ios::binary | std::ios::ate};
    return bench::read_floats(path, static_cast<std::size_t>(file.tellg()) / sizeof(float));
  }

  void reorder_to(memory& from, memory& to) {
    reorder{from, to}.execute(stream_, from, to);
    stream_.wait();
  }

  static Dims size_of_result(const Dims& source, const Operation& o) {
    return {source[0], o.out, (source[2] + o.before[0] + o.after[0] - o.height) / o.stride + 1,
            (source[3] + o.before[1] + o.after[1] - o.width) / o.stride + 1};
  }

  void convolution(const Operation& o, memory* term) {
    memory& source = values_.at(o.sources[0]);
    const bool depthwise = o.kind == "depthwise";
    const Dims size = source.get_desc().dims(), result = size_of_result(size, o);
    const Dims kernel_size =
        depthwise ? Dims{o.out, 1, 1, o.height, o.width} : Dims{o.out, o.in, o.height, o.width};
    post_ops fused;
    if (term != nullptr) fused.append_sum(1.0f);
    if (o.activation == "relu") fused.append_eltwise(1.0f, algorithm::eltwise_relu, 0.0f, 0.0f);
    if (o.activation == "relu6") fused.append_eltwise(1.0f, algorithm::eltwise_clip, 0.0f, 6.0f);
    primitive_attr attributes;
    attributes.set_post_ops(fused);
    const auto describe = [&](algorithm how, bool optional) {
      const convolution_forward::desc layouts{
          prop_kind::forward_inference,
          how,
          {size, f32, any},
          {kernel_size, f32, any},
          {{o.out}, f32, memory::format_tag::a},
          term != nullptr ? term->get_desc() : memory::desc{result, f32, any},
          {o.stride, o.stride},
          o.before,
          o.after};
      return convolution_forward::primitive_desc{layouts, attributes, engine_, optional};
    };
    convolution_forward::primitive_desc description;
    if (winograd_) description = describe(algorithm::convolution_winograd, true);
    if (!description) description = describe(algorithm::convolution_direct, false);
    memory kernel{{kernel_size, f32, depthwise ? memory::format_tag::hwigo : memory::format_tag::hwio},
                  engine_,
                  take(depthwise ? o.out * o.height * o.width : o.out * o.in * o.height * o.width)};
    memory packed{description.weights_desc(), engine_};
    reorder_to(kernel, packed);
    add(convolution_forward{description},
        {{DNNL_ARG_SRC, in_layout(source, description.src_desc())},
         {DNNL_ARG_WEIGHTS, packed},
         {DNNL_ARG_BIAS, memory{description.bias_desc(), engine_, take(o.out)}}},
        term != nullptr ? *term : memory{description.dst_desc(), engine_});
  }

  void pool(const Operation& o) {
    memory& source = values_.at(o.sources[0]);
    const pooling_forward::desc layouts{
        prop_kind::forward_inference,
        o.kind == "max" ? algorithm::pooling_max : algorithm::pooling_avg_exclude_padding,
        source.get_desc(),
        memory::desc{size_of_result(source.get_desc().dims(), o), f32, any},
        {o.stride, o.stride},
        {o.height, o.width},
        o.before,
        o.after};
    const pooling_forward::primitive_desc description{layouts, engine_};
    add(pooling_forward{description}, {{DNNL_ARG_SRC, source}}, memory{description.dst_desc(), engine_});
  }

  void concatenate(const std::vector<std::string>& names) {
    std::vector<memory::desc> layouts;
    Arguments arguments;
    for (std::size_t i = 0; i < names.size(); ++i) {
      memory& source = values_.at(names[i]);
      layouts.push_back(source.get_desc());
      arguments.insert({DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), source});
    }
    const concat::primitive_desc description{1, layouts, engine_};
    add(concat{description}, std::move(arguments), memory{description.dst_desc(), engine_});
  }

  // The source itself, or a copy of it in another layout, made by a reorder that is part of the network.
  memory in_layout(memory& source, const memory::desc& layout) {
    if (source.get_desc() == layout) return source;
    memory copy{layout, engine_};
    reorder_to(source, copy);
    operations_.push_back({reorder{source, copy}, {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, copy}}});
    return copy;
  }

  void add(const primitive& operation, Arguments arguments, const memory& result) {
    values_[last_] = result;
    arguments.insert({DNNL_ARG_DST, result});
    operations_.push_back({operation, std::move(arguments)});
  }

  float* take(memory::dim count) {
    float* values = weights_.data() + taken_;
    taken_ += static_cast<std::size_t>(count);
    return values;
  }

  memory::dim batch_, pixels_ = 0;
  Dims result_{0, 0, 0};  // rows, columns, channels
  std::optional<bench::Golden> golden_;
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
  Network network{arguments["data"], static_cast<memory::dim>(batch), arguments["variant"] == "winograd"};
  network.run(1);
  const double error = network.error();
  const std::size_t repeats = arguments["variant"] != "isolated" ? 1 : batch < 8 ? 16 : 3;
  const dnnl_version_t* v = dnnl_version();
  bench::serve(
      std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch),
      bench::error_note(error), [&] { network.run(repeats); }, batch * repeats);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
