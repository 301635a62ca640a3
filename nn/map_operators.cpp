#include "nn/map_operators.h"

#include "core/error.h"

namespace zeroth::nn {

using spaces::Activation;
using torch::Tensor;

namespace {

// By operators that can be differentiated twice and are exact in float64, unlike LibTorch's own.
Tensor hard_sigmoid(const Tensor& x) { return at::div(at::clamp(at::add(x, 3.0), 0.0, 6.0), 6.0); }

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

Tensor mean_over_places(const Tensor& x) {
  if (x.dim() == 2) return x;
  return x.dim() == 3 ? x.mean(1) : x.mean({2, 3});
}

Tensor without_first_row_and_column(const Tensor& x) {
  return x.narrow(2, 1, x.size(2) - 1).narrow(3, 1, x.size(3) - 1);
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
