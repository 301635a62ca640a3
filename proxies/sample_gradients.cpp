#include "proxies/sample_gradients.h"

#include <algorithm>

#include "core/error.h"
#include "core/simd.h"
#include "nn/batch_norm.h"
#include "nn/channel_sums.h"
#include "nn/convolution.h"
#include "nn/map_operators.h"
#include "proxies/position_sums.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::Activation;
using spaces::OpKind;
using spaces::OpNode;
using spaces::ParamRole;
using spaces::Window;
using torch::Tensor;

// The receptive fields of a map that is channels-last in memory, padded with zeros: out (N, positions, kernel * kernel
// * C), each field in (row, column, channel) order.
template <typename T>
void copy_patches(const T* x, T* out, int64_t images, int64_t channels, int64_t height, int64_t width,
                  const OpNode& node) {
  const int64_t kernel = node.window.height, stride = node.window.stride, padding = node.window.pad_height;
  for (int64_t n = 0; n < images; ++n, x += height * width * channels) {
    for (int64_t y = 0; y < node.shape.height; ++y) {
      for (int64_t column = 0; column < node.shape.width; ++column) {
        const int64_t left = column * stride - padding;
        const int64_t first = std::max<int64_t>(left, 0), last = std::min(left + kernel, width);
        for (int64_t ky = 0; ky < kernel; ++ky, out += kernel * channels) {
          const int64_t row = y * stride - padding + ky;
          if (row < 0 || row >= height || first >= last) {
            std::fill(out, out + kernel * channels, T(0));
            continue;
          }
          std::fill(out, out + (first - left) * channels, T(0));
          std::copy(x + (row * width + first) * channels, x + (row * width + last) * channels,
                    out + (first - left) * channels);
          std::fill(out + (last - left) * channels, out + kernel * channels, T(0));
        }
      }
    }
  }
}

// out[o][k] += sum_p d[p][o] * u[p][k]: the weight gradient of one image from its output gradients d (positions, outs)
// and patches u (positions, ins). Positions go by fours, so that a row of `out` is loaded once for four of them.
template <typename T>
ZEROTH_INLINE void add_outer_products(const T* d, const T* u, T* out, int64_t positions, int64_t outs, int64_t ins) {
  int64_t p = 0;
  for (; p + 4 <= positions; p += 4, d += 4 * outs, u += 4 * ins) {
    const T *u0 = u, *u1 = u + ins, *u2 = u + 2 * ins, *u3 = u + 3 * ins;
    for (int64_t o = 0; o < outs; ++o) {
      const T d0 = d[o], d1 = d[outs + o], d2 = d[2 * outs + o], d3 = d[3 * outs + o];
      T* row = out + o * ins;
      for (int64_t k = 0; k < ins; ++k) row[k] += d0 * u0[k] + d1 * u1[k] + d2 * u2[k] + d3 * u3[k];
    }
  }
  for (; p < positions; ++p, d += outs, u += ins) {
    for (int64_t o = 0; o < outs; ++o) {
      for (int64_t k = 0; k < ins; ++k) out[o * ins + k] += d[o] * u[k];
    }
  }
}

ZEROTH_SIMD_CLONES void weight_gradient(const float* d, const float* u, float* out, int64_t positions, int64_t outs,
                                        int64_t ins) {
  add_outer_products<float>(d, u, out, positions, outs, ins);
}
void weight_gradient(const double* d, const double* u, double* out, int64_t positions, int64_t outs, int64_t ins) {
  add_outer_products<double>(d, u, out, positions, outs, ins);
}

// (N, outs * ins): the product of each image's gradients (N, positions, outs), transposed, with its patches (N,
// positions, ins). A batched product of the library costs a call for each image.
Tensor weight_gradients(const Tensor& gradients, const Tensor& patches) {
  const int64_t images = gradients.size(0), positions = gradients.size(1);
  const int64_t outs = gradients.size(2), ins = patches.size(2);
  const Tensor products = torch::zeros({images, outs * ins}, gradients.options());
  with_elements(gradients, [&](const auto* d) {
    using T = std::decay_t<decltype(*d)>;
    const T* u = patches.data_ptr<T>();
    for (int64_t n = 0; n < images; ++n) {
      weight_gradient(d + n * positions * outs, u + n * positions * ins, products.data_ptr<T>() + n * outs * ins,
                      positions, outs, ins);
    }
  });
  return products;
}

// The same for a convolution with groups, dilation or a window that is no square: (N, numbers of the weight).
Tensor grouped_weight_gradients(const Tensor& gradient, const Tensor& x, const OpNode& node) {
  const Window& w = node.window;
  const int64_t images = x.size(0), groups = node.groups;
  const Tensor fields = at::im2col(x.contiguous(), {w.height, w.width}, {w.dilation, w.dilation},
                                   {w.pad_height, w.pad_width}, {w.stride, w.stride});
  const Tensor u = fields.reshape({images * groups, -1, fields.size(2)});
  const Tensor d = gradient.contiguous().reshape({images * groups, -1, fields.size(2)});
  return at::bmm(d, u.transpose(1, 2)).reshape({images, -1});
}

// LibTorch's own derivatives of the hard functions have a sixth in float32.
Tensor activation_backward(Activation function, const Tensor& gradient, const Tensor& x, const Tensor& result) {
  switch (function) {
    case Activation::kRelu6:
      return at::hardtanh_backward(gradient, x, 0.0, 6.0);
    case Activation::kSwish:
      return at::silu_backward(gradient, x);
    case Activation::kHardSwish:
      return at::where(x.le(-3.0), torch::zeros_like(x), at::where(x.ge(3.0), gradient, gradient * (x / 3.0 + 0.5)));
    case Activation::kSigmoid:
      return at::sigmoid_backward(gradient, result);
    case Activation::kHardSigmoid:
      return at::where(x.abs().lt(3.0), gradient / 6.0, torch::zeros_like(x));
    case Activation::kTanh:
      return at::tanh_backward(gradient, result);
    case Activation::kLeakyRelu:
      return at::leaky_relu_backward(gradient, x, nn::kLeak, /*self_is_result=*/false);
  }
  throw core::Bug("an activation without a derivative");
}

Tensor max_pool_backward(const Tensor& gradient, const Tensor& x, const Window& w) {
  const std::vector<int64_t> kernel = {w.height, w.width}, stride = {w.stride, w.stride},
                             padding = {w.pad_height, w.pad_width}, dilation = {w.dilation, w.dilation};
  const Tensor winners =
      std::get<1>(at::max_pool2d_with_indices(x, kernel, stride, padding, dilation, /*ceil_mode=*/false));
  return at::max_pool2d_with_indices_backward(gradient, x, kernel, stride, padding, dilation, /*ceil_mode=*/false,
                                              winners);
}

// (N, C, H, W) as (N, positions, C) rows without a copy where the map is channels-last.
Tensor pixel_rows(const Tensor& map) {
  return map.permute({0, 2, 3, 1}).contiguous().reshape({map.size(0), -1, map.size(1)});
}

}  // namespace

SampleGradients::SampleGradients(const nn::Network& network)
    : network_(network), values_(network.graph().nodes().size()), inverse_deviations_(values_.size()) {}

void SampleGradients::observe(const nn::NodeResult& result) {
  values_[static_cast<size_t>(result.node)] = result.value.detach();
  inverse_deviations_[static_cast<size_t>(result.node)] = result.inverse_deviation;
}

void SampleGradients::add_gradient(int node, const Tensor& gradient) {
  Tensor& sum = gradients_[static_cast<size_t>(network_.executed(node))];
  sum = sum.defined() ? at::add(sum, gradient) : gradient;
}

const Tensor& SampleGradients::operand(const OpNode& node) const {
  return values_[static_cast<size_t>(network_.executed(node.operands[0]))];
}

const Tensor& SampleGradients::patches(const OpNode& node) {
  const int source = network_.executed(node.operands[0]);
  Tensor& patches = patches_[{source, node.window}];
  if (patches.defined()) return patches;
  const Tensor& x = values_[static_cast<size_t>(source)];
  if (node.window == Window::square(1, 1, 0)) return patches = pixel_rows(x);
  const Tensor rows = pixel_rows(x);
  patches =
      torch::empty({x.size(0), node.shape.height * node.shape.width, node.window.area() * x.size(1)}, x.options());
  with_elements(rows, [&](const auto* from) {
    copy_patches(from, patches.data_ptr<std::decay_t<decltype(*from)>>(), x.size(0), x.size(1), x.size(2), x.size(3),
                 node);
  });
  return patches;
}

void SampleGradients::convolution(const OpNode& node, const Tensor& gradient) {
  const bool plain = node.groups == 1 && node.window.dilation == 1 && node.window.height == node.window.width &&
                     node.window.pad_height == node.window.pad_width;
  (*consumer_)(ParamRole::kConvWeight, plain ? weight_gradients(pixel_rows(gradient), patches(node))
                                             : grouped_weight_gradients(gradient, operand(node), node));
  const Tensor& weight = network_.params()[static_cast<size_t>(node.params[0])];
  add_gradient(node.operands[0], nn::convolution_gradient_to_input(gradient, operand(node), weight.detach(), node));
}

void SampleGradients::batch_norm(size_t index, const OpNode& node, const Tensor& gradient) {
  const Tensor gain = network_.params()[static_cast<size_t>(node.params[0])].detach();
  const Tensor shift = network_.params()[static_cast<size_t>(node.params[1])].detach();
  const Tensor u = nn::channels_last(nn::as_map(gradient)), y = nn::channels_last(nn::as_map(values_[index]));
  const Tensor normalised =
      nn::combine_channels({y}, {nn::channel_values(gain.reciprocal())}, nn::channel_values(-shift / gain));
  std::vector<double> to_gain = position_sums(u, normalised);
  (*consumer_)(ParamRole::kNormWeight, torch::from_blob(to_gain.data(), {u.size(0), u.size(1)}, torch::kFloat64));
  const std::vector<double> factor = nn::channel_values(inverse_deviations_[index].reshape({-1, u.size(1)}) * gain);
  const Tensor to_input = statistics_ == Statistics::kConstant
                              ? nn::combine_channels({u}, {factor}, std::vector<double>(factor.size(), 0.0))
                              : nn::batch_norm_gradient_to_input(u, normalised, factor);
  add_gradient(node.operands[0], to_input.reshape(gradient.sizes()));
}

void SampleGradients::linear(const OpNode& node, const Tensor& gradient) {
  const Tensor& x = operand(node);
  const Tensor outer = at::bmm(gradient.unsqueeze(2), x.unsqueeze(1));  // (N, out, in)
  (*consumer_)(ParamRole::kLinearWeight, outer.reshape({x.size(0), -1}));
  if (node.params.size() > 1) (*consumer_)(ParamRole::kLinearBias, gradient);
  add_gradient(node.operands[0], at::mm(gradient, network_.params()[static_cast<size_t>(node.params[0])].detach()));
}

void SampleGradients::product(const OpNode& node, const Tensor& gradient) {
  const Tensor& x = operand(node);
  const Tensor& gate = values_[static_cast<size_t>(network_.executed(node.operands[1]))];
  add_gradient(node.operands[0], nn::gated(gradient, gate));
  const Tensor to_gate = at::mul(gradient, x);
  // A gate by channel is a vector, or a map of one pixel.
  const bool by_element = gate.sizes() == x.sizes();
  add_gradient(node.operands[1], by_element ? to_gate : to_gate.sum({2, 3}, /*keepdim=*/gate.dim() == x.dim()));
}

void SampleGradients::concatenation(const OpNode& node, const Tensor& gradient) {
  int64_t first = 0;
  for (const int read : node.operands) {
    const int64_t channels = network_.graph().nodes()[static_cast<size_t>(read)].shape.channels;
    add_gradient(read, gradient.narrow(1, first, channels));
    first += channels;
  }
}

void SampleGradients::pass_back(size_t index, const Tensor& gradient) {
  const OpNode& node = network_.graph().nodes()[index];
  const Window& w = node.window;
  switch (node.kind) {
    case OpKind::kInput:
    case OpKind::kZero:
      break;
    case OpKind::kConv2d:
      convolution(node, gradient);
      break;
    case OpKind::kBatchNorm:
      batch_norm(index, node, gradient);
      break;
    case OpKind::kRelu:
      add_gradient(node.operands[0], at::threshold_backward(gradient, values_[index], 0));
      break;
    case OpKind::kGelu:
      add_gradient(node.operands[0], at::gelu_backward(gradient, operand(node)));
      break;
    case OpKind::kAvgPool:
      add_gradient(node.operands[0],
                   at::avg_pool2d_backward(gradient, operand(node), {w.height, w.width}, {w.stride, w.stride},
                                           {w.pad_height, w.pad_width}, /*ceil_mode=*/false,
                                           /*count_include_pad=*/false, /*divisor_override=*/c10::nullopt));
      break;
    case OpKind::kGlobalAvgPool: {
      const Tensor& x = operand(node);
      if (x.dim() == 2) {
        add_gradient(node.operands[0], gradient);
        break;
      }
      const Tensor spread = (gradient / (x.size(2) * x.size(3))).unsqueeze(2).unsqueeze(3).expand(x.sizes());
      add_gradient(node.operands[0], spread.contiguous(x.suggest_memory_format()));
      break;
    }
    case OpKind::kLinear:
      linear(node, gradient);
      break;
    case OpKind::kAdd:
      for (const int read : node.operands) {
        const Tensor& x = values_[static_cast<size_t>(network_.executed(read))];
        add_gradient(read, gradient.sum_to_size(x.sizes()));  // smaller where one pixel was added to all
      }
      break;
    case OpKind::kActivation:
      add_gradient(node.operands[0], activation_backward(node.activation, gradient, operand(node), values_[index]));
      break;
    case OpKind::kMaxPool:
      add_gradient(node.operands[0], max_pool_backward(gradient, operand(node), w));
      break;
    case OpKind::kNarrow: {
      const int64_t before = node.first_channel, after = operand(node).size(1) - gradient.size(1) - before;
      const std::vector<int64_t> maps = {0, 0, 0, 0, before, after}, vectors = {before, after};
      add_gradient(node.operands[0], at::constant_pad_nd(gradient, gradient.dim() == 4 ? maps : vectors));
      break;
    }
    case OpKind::kCrop:
      add_gradient(node.operands[0], at::constant_pad_nd(gradient, {1, 0, 1, 0}));
      break;
    case OpKind::kFlatten:
      add_gradient(node.operands[0], gradient.reshape(operand(node).sizes()));
      break;
    case OpKind::kConcat:
      concatenation(node, gradient);
      break;
    case OpKind::kShuffle:
      add_gradient(node.operands[0], nn::shuffle(gradient, gradient.size(1) / node.groups));
      break;
    case OpKind::kComplement:
      add_gradient(node.operands[0], gradient.neg());
      break;
    case OpKind::kMultiply:
      product(node, gradient);
      break;
    case OpKind::kAddParameter:
      (*consumer_)(network_.graph().params()[static_cast<size_t>(node.params[0])].role,
                   gradient.dim() == 4 ? gradient.sum({2, 3}) : gradient);
      add_gradient(node.operands[0], gradient);
      break;
    default:
      throw core::Error("gradients by image are for convolutions");
  }
}

void SampleGradients::backward(const Tensor& logit_gradient, Statistics statistics, const Consumer& consumer) {
  const at::AutoGradMode no_gradients(false);
  statistics_ = statistics;
  consumer_ = &consumer;
  gradients_.assign(values_.size(), {});
  gradients_.back() = logit_gradient;
  for (size_t i = values_.size(); i-- > 0;) {
    const Tensor gradient = std::move(gradients_[i]);
    gradients_[i] = Tensor();
    if (gradient.defined()) pass_back(i, gradient);
  }
}

}  // namespace zeroth::proxies
