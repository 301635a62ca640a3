#include "nn/convolution.h"

#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <utility>
#include <vector>

#include "core/error.h"
#include "nn/channel_sums.h"
#include "nn/depthwise_gradient.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct Geometry {
  spaces::Window window;
  int64_t groups;

  std::array<int64_t, 2> stride() const { return {window.stride, window.stride}; }
  std::array<int64_t, 2> padding() const { return {window.pad_height, window.pad_width}; }
  std::array<int64_t, 2> dilation() const { return {window.dilation, window.dilation}; }
};

Geometry geometry_of(const spaces::OpNode& node) { return {node.window, node.groups}; }

Tensor convolve(const Tensor& x, const Tensor& weight, const Geometry& g) {
  return at::convolution(x, weight, {}, g.stride(), g.padding(), g.dilation(), /*transposed=*/false, {0, 0}, g.groups);
}

bool depthwise(const Tensor& weight, const Geometry& g) { return weight.size(1) == 1 && weight.size(0) == g.groups; }

// Where LibTorch's gradients are slow: see depthwise_gradient.h.
bool own_gradient_to_x(const Tensor& weight, const Geometry& g) {
  return depthwise(weight, g) && g.window.dilation > 1;
}
bool own_gradient_to_weight(const Tensor& weight, const Geometry& g) {
  return depthwise(weight, g) && (g.window.dilation > 1 || g.window.height > 3 || g.window.width > 3);
}

// Gradients of sum(gradient * convolve(x, weight)) to x and weight, as far as wanted.
std::pair<Tensor, Tensor> convolve_backward(const Tensor& gradient, const Tensor& x, const Tensor& weight,
                                            const Geometry& g, bool to_x, bool to_weight) {
  std::pair<Tensor, Tensor> result;
  const bool own_x = to_x && own_gradient_to_x(weight, g), own_weight = to_weight && own_gradient_to_weight(weight, g);
  if (own_x) {
    result.first = depthwise_gradient_to_input(channels_last(gradient), weight, x.size(2), x.size(3), g.window);
  }
  if (own_weight) {
    result.second = depthwise_gradient_to_weight(channels_last(gradient), channels_last(x), g.window);
  }
  if (own_x == to_x && own_weight == to_weight) return result;
  auto rest = at::convolution_backward(gradient, x, weight, c10::nullopt, g.stride(), g.padding(), g.dilation(),
                                       /*transposed=*/false, {0, 0}, g.groups,
                                       {to_x && !own_x, to_weight && !own_weight, false});
  if (!own_x) result.first = std::get<0>(rest);
  if (!own_weight) result.second = std::get<1>(rest);
  return result;
}

// As autograd can save them.
void save(AutogradContext* context, const Geometry& g) {
  const spaces::Window& w = g.window;
  context->saved_data["geometry"] =
      std::vector<int64_t>{w.height, w.width, w.stride, w.pad_height, w.pad_width, w.dilation, g.groups};
}

Geometry saved_geometry(AutogradContext* context) {
  const std::vector<int64_t> saved = context->saved_data["geometry"].toIntVector();
  const auto number = [&](size_t i) { return static_cast<int>(saved[i]); };
  return {{number(0), number(1), number(2), number(3), number(4), number(5)}, saved[6]};
}

Tensor sum_of(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

// (gradient, x, weight) -> gradients to x (empty for the images) and weight. Bilinear in gradient and (x, weight), so
// its derivatives are convolutions again.
struct ConvolutionBackward : Function<ConvolutionBackward> {
  static variable_list forward(AutogradContext* context, const Tensor& gradient, const Tensor& x, const Tensor& weight,
                               const Geometry& g, bool to_x) {
    context->save_for_backward({gradient, x, weight});
    context->set_materialize_grads(false);  // a result that nobody differentiates costs nothing
    save(context, g);
    context->saved_data["to_x"] = to_x;
    const auto [g_x, g_weight] = convolve_backward(gradient, x, weight, g, to_x, /*to_weight=*/true);
    return {g_x.defined() ? g_x : torch::empty({0}, x.options()), g_weight};
  }

  static variable_list backward(AutogradContext* context, variable_list adjoint) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &gradient = saved[0], &x = saved[1], &weight = saved[2];
    const Geometry g = saved_geometry(context);
    const bool to_x = context->saved_data["to_x"].toBool();
    const Tensor along_x = to_x && adjoint[0].defined() ? channels_last(adjoint[0]) : Tensor();
    const Tensor& along_weight = adjoint[1];
    Tensor d_gradient, d_x, d_weight;
    if (along_x.defined()) {
      d_gradient = convolve(along_x, weight, g);
      d_weight = convolve_backward(gradient, along_x, weight, g, /*to_x=*/false, /*to_weight=*/true).second;
    }
    if (along_weight.defined()) {
      d_gradient = sum_of(d_gradient, convolve(x, along_weight, g));
      if (to_x) d_x = convolve_backward(gradient, x, along_weight, g, /*to_x=*/true, /*to_weight=*/false).first;
    }
    return {d_gradient, d_x, d_weight, {}, {}};
  }
};

struct Convolution : Function<Convolution> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Geometry& g, bool to_x) {
    context->save_for_backward({x, weight});
    save(context, g);
    context->saved_data["to_x"] = to_x;
    return channels_last(convolve(x, weight, g));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const bool to_x = context->saved_data["to_x"].toBool();
    const variable_list result =
        ConvolutionBackward::apply(channels_last(gradients[0]), saved[0], saved[1], saved_geometry(context), to_x);
    return {to_x ? result[0] : Tensor(), result[1], {}, {}};
  }
};

// Differentiable once, with the gradients of convolve_backward.
struct DepthwiseConvolution : Function<DepthwiseConvolution> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Geometry& g) {
    context->save_for_backward({x, weight});
    save(context, g);
    return convolve(x, weight, g);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    ZEROTH_CHECK(!torch::GradMode::is_enabled());  // nobody differentiates the result
    const variable_list saved = context->get_saved_variables();
    const auto [to_x, to_weight] = convolve_backward(gradients[0], saved[0], saved[1], saved_geometry(context),
                                                     context->needs_input_grad(0), context->needs_input_grad(1));
    return {to_x, to_weight, {}};
  }
};

}  // namespace

Tensor twice_differentiable_convolution(const Tensor& x, const Tensor& weight, const spaces::OpNode& node) {
  return Convolution::apply(channels_last(x), weight, geometry_of(node), x.requires_grad());
}

Tensor convolution(const Tensor& x, const Tensor& weight, const spaces::OpNode& node) {
  const Geometry g = geometry_of(node);
  return own_gradient_to_weight(weight, g) ? DepthwiseConvolution::apply(x, weight, g) : convolve(x, weight, g);
}

Tensor convolution_gradient_to_input(const Tensor& gradient, const Tensor& x, const Tensor& weight,
                                     const spaces::OpNode& node) {
  return convolve_backward(gradient, x, weight, geometry_of(node), /*to_x=*/true, /*to_weight=*/false).first;
}

}  // namespace zeroth::nn
