// Batch norm over (n, h, w). LibTorch's own adds up a channels-last map in float32, which loses digits that decide
// the sign of a ReLU's input; and it takes the second derivative apart into some thirty passes over the map, which
// costs twice as much as everything else. Here sums are in double, and every derivative is two passes.
#pragma once

#include <utility>
#include <vector>

#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// What a batch norm subtracts and divides by.
enum class Norm {
  kBatch,     // mean and biased variance of this batch
  kRunning,   // the tracked statistics at initialisation: mean 0, variance 1
  kBypass,    // nothing: the batch norm is the identity
  kEachImage  // an image's own mean and biased variance, as if each were a batch of one
};

// x (N, C, H, W) or (N, C), weight and bias (C). The result, channels-last, and 1 / deviation by channel in x's type,
// with kEachImage by image and channel (N * C), undefined with kBypass. Can be differentiated twice to x; its weight
// and bias only once.
std::pair<torch::Tensor, torch::Tensor> batch_norm(const torch::Tensor& x, const torch::Tensor& weight,
                                                   const torch::Tensor& bias, Norm norm,
                                                   double epsilon = spaces::kNormEpsilon);

// Gradient of sum(gradient * batch_norm(x)) to x with statistics that depend on x. `normalised` is (x - mean) /
// deviation, `factor` gain / deviation: by channel for kBatch, by image and channel for kEachImage. Maps channels-last.
torch::Tensor batch_norm_gradient_to_input(const torch::Tensor& gradient, const torch::Tensor& normalised,
                                           const std::vector<double>& factor);

}  // namespace zeroth::nn
