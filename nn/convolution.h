// Convolution without bias, and a form of it whose gradient can be differentiated again, by convolutions alone;
// LibTorch's own takes a slow path for one of the terms.
#pragma once

#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// x (N, C, H, W), weight (out, in / groups, kh, kw); window and groups are the node's.
torch::Tensor convolution(const torch::Tensor& x, const torch::Tensor& weight, const spaces::OpNode& node);
torch::Tensor twice_differentiable_convolution(const torch::Tensor& x, const torch::Tensor& weight,
                                               const spaces::OpNode& node);

// Gradient of sum(gradient * convolution(x, weight, node)) to x.
torch::Tensor convolution_gradient_to_input(const torch::Tensor& gradient, const torch::Tensor& x,
                                            const torch::Tensor& weight, const spaces::OpNode& node);

}  // namespace zeroth::nn
