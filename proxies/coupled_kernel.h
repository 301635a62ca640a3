// TE-NAS's neural tangent kernel of a minibatch whose images are coupled by batch statistics.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

// Theta[n][m] = <g_n, g_m>, g_n the gradient of the sum of image n's logits to `params`: one backward an image, because
// each image's logits depend on all images. Keeps the graph of `logits` (N, classes). Memory N * params elements.
Eigen::MatrixXd coupled_kernel(const torch::Tensor& logits, const std::vector<torch::Tensor>& params);

}  // namespace zeroth::proxies
