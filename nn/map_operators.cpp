#include "nn/map_operators.h"

#include <vector>

#include "core/error.h"

namespace zeroth::nn {

using spaces::Activation;
using spaces::OpKind;
using torch::Tensor;

namespace {

// By operators that can be differentiated twice and are exact in float64, unlike LibTorch's own.
Tensor hard_sigmoid(const Tensor& x) { return at::div(at::clamp(at::add(x, 3.0), 0.0, 6.0), 6.0); }

// Vectors (N, C) from maps, from tokens (N, T, C), and from vectors, which are that already.
Tensor mean_over_places(const Tensor& x) {
  if (x.dim() == 2) return x;
  return x.dim() == 3 ? x.mean(1) : x.mean({2, 3});
}

}  // namespace

Tensor activate(Activation function, const Tensor& x) {
  switch (function) {
    case Activation::kRelu6:
      return at::hardtanh(x, 0.0, 6.0);
    case Activation::kSwish:
      return at::silu(x);
    case Activation::kHardSwish:
      return at::mul(x, hard_sigmoid(x));
    case Activation::kSigmoid:
      return at::sigmoid(x);
    case Activation::kHardSigmoid:
      return hard_sigmoid(x);
    case Activation::kTanh:
      return at::tanh(x);
    case Activation::kLeakyRelu:
      return at::leaky_relu(x, kLeak);
  }
  throw core::Bug("an activation without a rule");
}

Tensor average_pool(const Tensor& x, const spaces::Window& window) {
  ZEROTH_CHECK(window.dilation == 1);
  return at::avg_pool2d(x, {window.height, window.width}, {window.stride, window.stride},
                        {window.pad_height, window.pad_width}, /*ceil_mode=*/false, /*count_include_pad=*/false);
}

Tensor max_pool(const Tensor& x, const spaces::Window& window) {
  return at::max_pool2d(x, {window.height, window.width}, {window.stride, window.stride},
                        {window.pad_height, window.pad_width}, {window.dilation, window.dilation},
                        /*ceil_mode=*/false);
}

Tensor linear_without_parameters(const spaces::OpNode& node, c10::function_ref<const Tensor&(size_t)> operand) {
  switch (node.kind) {
    case OpKind::kAvgPool:
      return average_pool(operand(0), node.window);
    case OpKind::kGlobalAvgPool:
      return mean_over_places(operand(0));
    case OpKind::kAdd: {
      Tensor sum = at::add(operand(0), operand(1));
      for (size_t k = 2; k < node.operands.size(); ++k) sum.add_(operand(k));
      return sum;
    }
    case OpKind::kZero:
      return at::mul(operand(0), 0.0);
    case OpKind::kConcat: {
      std::vector<Tensor> parts;
      for (size_t k = 0; k < node.operands.size(); ++k) parts.push_back(operand(k));
      return at::cat(parts, 1);
    }
    case OpKind::kNarrow:
      return operand(0).narrow(node.shape.tokens ? 2 : 1, node.first_channel, node.shape.channels);
    case OpKind::kCrop:
      return operand(0).narrow(2, 1, operand(0).size(2) - 1).narrow(3, 1, operand(0).size(3) - 1);
    case OpKind::kFlatten:
      return operand(0).flatten(1);
    case OpKind::kShuffle:
      return shuffle(operand(0), node.groups);
    default:
      throw core::Bug("not a linear operator without parameters: " + node.scope);
  }
}

Tensor gated(const Tensor& x, const Tensor& gate) {
  return at::mul(x, gate.dim() < x.dim() ? gate.unsqueeze(2).unsqueeze(3) : gate);
}

Tensor shuffle(const Tensor& x, int64_t groups) {
  const int64_t in_group = x.size(1) / groups;
  return x.reshape({x.size(0), groups, in_group, x.size(2), x.size(3)}).transpose(1, 2).reshape(x.sizes());
}

Tensor add_parameter(const Tensor& x, const Tensor& parameter) {
  const bool by_channel = parameter.dim() == 1 && x.dim() == 4;
  return at::add(x, by_channel ? parameter.unsqueeze(1).unsqueeze(2) : parameter);
}

}  // namespace zeroth::nn
