// What LibTorch has no one operator for, or needs many arguments for, on feature maps (N, C, H, W).
#pragma once

#include <c10/util/FunctionRef.h>

#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

constexpr double kLeak = 0.01;  // slope of the leaky ReLU below zero

torch::Tensor activate(spaces::Activation function, const torch::Tensor& x);
torch::Tensor average_pool(const torch::Tensor& x, const spaces::Window& window);
torch::Tensor max_pool(const torch::Tensor& x, const spaces::Window& window);

// The value of a node without parameters that is linear in its operands: an average over windows or all places, a sum,
// zeros, maps that are joined, cut or shuffled. `operand` gives them by number. Throws core::Bug for other kinds.
torch::Tensor linear_without_parameters(const spaces::OpNode& node,
                                        c10::function_ref<const torch::Tensor&(size_t)> operand);

// x times `gate` by element, a gate (N, C) being that of every pixel.
torch::Tensor gated(const torch::Tensor& x, const torch::Tensor& gate);
// Channel c of G groups of n to place (c mod n) G + c / n.
torch::Tensor shuffle(const torch::Tensor& x, int64_t groups);
// x plus one number for each channel, or plus a parameter of the shape of one image or sequence.
torch::Tensor add_parameter(const torch::Tensor& x, const torch::Tensor& parameter);

}  // namespace zeroth::nn
