// Activation patterns of TE-NAS's thin network. It has one channel, or two, and 3x3 images: a tensor library spends all
// of its time between the operators, so the network is evaluated here, for all images at once.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// For each image of a minibatch (N, C, H, W), which units of all ReLUs are on, 64 to a word. Batch norms use the
// minibatch's statistics; arithmetic is float64 whatever the network's type.
std::vector<std::vector<uint64_t>> thin_codes(const nn::Network& network, const torch::Tensor& images);

}  // namespace zeroth::proxies
