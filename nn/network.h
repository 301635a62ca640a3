// An architecture instantiated: an operator graph with weights, executed by LibTorch.
#pragma once

#include <c10/util/FunctionRef.h>

#include <functional>
#include <utility>
#include <vector>

#include "nn/batch_norm.h"
#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// What a forward pass lets others see. Called once for each node that is executed, after it ran. `uses` counts the
// equal nodes of the graph that this execution stands for: several units that read one feature map share its ReLU.
struct NodeResult {
  int node;
  int uses;
  const torch::Tensor& value;              // (N, C, H, W), (N, C) or tokens (N, T, C)
  const torch::Tensor& inverse_deviation;  // what a batch norm multiplied by (nn/batch_norm.h); undefined for others
};
using Observer = std::function<void(const NodeResult&)>;
// The batch norm of one node, from its operand, gain and shift: the result, and 1 / deviation as NodeResult has it.
using NormRule = c10::function_ref<std::pair<torch::Tensor, torch::Tensor>(
    int node, const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias)>;

class Network {
 public:
  // `params` as in the graph's table.
  Network(spaces::OpGraph graph, std::vector<torch::Tensor> params);

  const spaces::OpGraph& graph() const { return graph_; }
  const std::vector<torch::Tensor>& params() const { return params_; }
  // Weights of convolutions and linear layers in module order, the tensors that most proxies sum over.
  const std::vector<torch::Tensor>& weights() const { return weights_; }
  // Which of weights() a convolution or linear layer has; -1 for other nodes.
  int layer(int node) const { return layers_[static_cast<size_t>(node)]; }
  // What of `values`, one for each of params(), belongs to weights().
  std::vector<torch::Tensor> weights_of(const std::vector<torch::Tensor>& values) const;
  // All parameters whose name ends in "weight": with those of norms and of embeddings.
  const std::vector<torch::Tensor>& weights_and_gains() const { return weights_and_gains_; }

  // What the last node yields, mostly logits (N, classes). A text network reads whole numbers (N, tokens) for images.
  // Takes part in autograd unless a guard says otherwise.
  torch::Tensor forward(const torch::Tensor& images, Norm norm, const Observer& observer = {}) const;
  // The same with batch statistics, for a gradient that is differentiated again.
  torch::Tensor forward_for_second_order(const torch::Tensor& images, const Observer& observer = {}) const;
  // The same graph with other parameters in place of params().
  torch::Tensor forward_with(const std::vector<torch::Tensor>& params, const torch::Tensor& images, Norm norm,
                             const Observer& observer = {}) const;
  // The same network with batch norms that follow a rule of their own (nn/running_norm.h).
  torch::Tensor forward_by(NormRule norm, const torch::Tensor& images) const;

  // The node that is executed for `node`: itself, or an earlier weightless node that computes the same.
  int executed(int node) const { return executed_[static_cast<size_t>(node)]; }

 private:
  torch::Tensor run(const std::vector<torch::Tensor>& params, const torch::Tensor& images, NormRule norm,
                    bool second_order, const Observer& observer) const;

  spaces::OpGraph graph_;
  std::vector<torch::Tensor> params_;
  std::vector<torch::Tensor> weights_;
  std::vector<torch::Tensor> weights_and_gains_;
  std::vector<int> layers_;  // by node
  std::vector<int> executed_;
  std::vector<int> uses_;   // by node: nodes that it is executed for, 0 where another stands for it
  std::vector<int> reads_;  // by executed node: how often its value is read
};

}  // namespace zeroth::nn
