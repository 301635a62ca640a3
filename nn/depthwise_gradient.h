// Gradients of a depthwise convolution, for the shapes that LibTorch's oneDNN has no kernel for: with dilation, or a
// window above 3x3 for the weights. There it unfolds each channel to columns, which takes 10 to 60 times as long as
// this.
#pragma once

#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// Sum over images and positions. gradient (N, C, H', W') and x (N, C, H, W), both channels-last; -> (C, 1, kh, kw).
torch::Tensor depthwise_gradient_to_weight(const torch::Tensor& gradient, const torch::Tensor& x,
                                           const spaces::Window& window);

// gradient (N, C, H', W') channels-last, weight (C, 1, kh, kw); -> as x, (N, C, height, width), channels-last.
torch::Tensor depthwise_gradient_to_input(const torch::Tensor& gradient, const torch::Tensor& weight, int64_t height,
                                          int64_t width, const spaces::Window& window);

}  // namespace zeroth::nn
