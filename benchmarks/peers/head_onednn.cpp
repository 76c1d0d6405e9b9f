// SPDX-License-Identifier: MIT
// The head's training step from oneDNN's two products on weights in the layout that it prefers, and a fused
// pass of RMSprop over the stored gradient: what a careful user of oneDNN gets. The small layers are plain
// loops.
#include "../workloads/driver.hpp"
#include "../workloads/huge_pages.hpp"
#include <dnnl.hpp>

using namespace dnnl;
constexpr auto f32 = memory::data_type::f32;
using tag = memory::format_tag;
constexpr std::size_t units = 1024;

int main(int argc, char** argv) try {
  const bench::Arguments arguments{argc, argv};
  const std::size_t rows = arguments.number("batch");
  const bench::HeadBatches batches{arguments["data"], rows};
  const bench::HeadBatchPlaces places{rows, batches.x.data(), batches.y.data()};
  const auto batch = static_cast<memory::dim>(rows);
  constexpr memory::dim inputs = bench::HeadBatches::inputs, outputs = units;

  engine cpu{engine::kind::cpu, 0};
  stream calls{cpu};
  const memory::desc x_layout{{batch, inputs}, f32, tag::ab}, h_layout{{batch, outputs}, f32, tag::ab},
      bias_layout{{outputs}, f32, tag::a}, any_kernel{{outputs, inputs}, f32, tag::any};
  post_ops relu;
  relu.append_eltwise(1.0f, algorithm::eltwise_relu, 0.0f, 0.0f);
  primitive_attr attributes;
  attributes.set_post_ops(relu);
  const inner_product_forward::primitive_desc forward{
      inner_product_forward::desc{prop_kind::forward_training, x_layout, any_kernel, bias_layout, h_layout},
      attributes, cpu};
  const inner_product_backward_weights::primitive_desc backward{
      inner_product_backward_weights::desc{x_layout, forward.weights_desc(), bias_layout, h_layout}, cpu,
      forward};
  const inner_product_forward forward_product{forward};
  const inner_product_backward_weights backward_product{backward};

  const std::size_t size = forward.weights_desc().get_size() / sizeof(float);
  const bench::HugePages kernel{size}, gradient{size}, squares{size};
  std::vector<float> h(rows * units), dh(rows * units), bias(units), dbias(units), bias_squares(units),
      out(units);
  std::mt19937 random{0};
  std::uniform_real_distribution<float> small{-0.0124f, 0.0124f}, larger{-0.076f, 0.076f};  // Glorot's limits
  for (std::size_t i = 0; i < size; ++i) kernel.data()[i] = small(random);
  for (float& w : out) w = larger(random);
  memory kernel_memory{forward.weights_desc(), cpu, kernel.data()},
      bias_memory{bias_layout, cpu, bias.data()}, h_memory{h_layout, cpu, h.data()},
      dh_memory{h_layout, cpu, dh.data()}, gradient_memory{forward.weights_desc(), cpu, gradient.data()},
      dbias_memory{bias_layout, cpu, dbias.data()}, x_memory{x_layout, cpu, nullptr};

  const auto update = [](float& w, float& square, float g) {
    square = 0.9f * square + 0.1f * g * g;
    w -= 1e-4f * g / std::sqrt(square + 1e-7f);
  };
  std::vector<float> dout(units), out_squares(units);
  float out_bias = 0, out_bias_square = 0;
  std::size_t steps = 0;
  const auto step = [&] {
    x_memory.set_data_handle(const_cast<float*>(places.features(steps)));
    forward_product.execute(calls, {{DNNL_ARG_SRC, x_memory},
                                    {DNNL_ARG_WEIGHTS, kernel_memory},
                                    {DNNL_ARG_BIAS, bias_memory},
                                    {DNNL_ARG_DST, h_memory}});
    calls.wait();
    const float* labels = places.labels(steps);
    float dbias_out = 0;
    std::fill(dout.begin(), dout.end(), 0.0f);
    for (std::size_t row = 0; row < rows; ++row) {
      float *values = h.data() + row * units, *gradients = dh.data() + row * units;
      float logit = out_bias;
      for (std::size_t u = 0; u < units; ++u) {
        values[u] = random() % 5 == 0 ? 0.0f : values[u] * 1.25f;  // dropout
        logit += values[u] * out[u];
      }
      const float d = (1 / (1 + std::exp(-logit)) - labels[row]) / static_cast<float>(rows);
      dbias_out += d;
      for (std::size_t u = 0; u < units; ++u) {
        gradients[u] = values[u] > 0 ? d * out[u] * 1.25f : 0.0f;
        dout[u] += d * values[u];
      }
    }
    backward_product.execute(calls, {{DNNL_ARG_SRC, x_memory},
                                     {DNNL_ARG_DIFF_DST, dh_memory},
                                     {DNNL_ARG_DIFF_WEIGHTS, gradient_memory},
                                     {DNNL_ARG_DIFF_BIAS, dbias_memory}});
    calls.wait();
    float *w = kernel.data(), *square = squares.data(), *g = gradient.data();
#pragma omp parallel for simd schedule(static)
    for (std::size_t i = 0; i < size; ++i) update(w[i], square[i], g[i]);
    for (std::size_t u = 0; u < units; ++u) {
      update(bias[u], bias_squares[u], dbias[u]);
      update(out[u], out_squares[u], dout[u]);
    }
    update(out_bias, out_bias_square, dbias_out);
    ++steps;
  };
  for (int i = 0; i < 3; ++i) step();
  const dnnl_version_t* v = dnnl_version();
  bench::serve(std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch), "",
               step);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
