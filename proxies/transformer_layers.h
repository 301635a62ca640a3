// What the proxies for transformers share: which layers they read, and what they measure of a weight.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Numbers in weights() of the layers that have one of the roles, in node order.
std::vector<size_t> weights_with(const nn::Network& network, std::initializer_list<spaces::Role> roles);

// Whether a node is the activation between two layers of a feed-forward block.
bool is_feed_forward_activation(const spaces::OpGraph& graph, const spaces::OpNode& node);

// For Proxy::unsuited: an empty text, or what the network lacks.
std::string without_attention(const spaces::OpGraph& graph);
std::string without_feed_forward(const spaces::OpGraph& graph);
// The same where the gradient of the sum of all outputs is read. Behind a layer norm of gain 1 and bias 0 it is zero,
// whatever the network: each token's numbers add up to zero.
std::string without_attention_gradient(const spaces::OpGraph& graph);
std::string without_feed_forward_gradient(const spaces::OpGraph& graph);

// Sum of |w g| over the elements of a weight and its gradient.
double saliency(const torch::Tensor& weight, const torch::Tensor& gradient);
// Product of the sums of singular values of a weight and its gradient; 0 where the gradient is undefined.
double diversity(const torch::Tensor& weight, const torch::Tensor& gradient);

}  // namespace zeroth::proxies
