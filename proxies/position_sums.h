// Sums of products over the positions of feature maps.
#pragma once

#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

// By image and channel, n * C + c: the sum over positions of a * b. Both (N, C, ...), or (N, C) with one position.
std::vector<double> position_sums(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace zeroth::proxies
