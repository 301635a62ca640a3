// Batch norm as it is trained: by the batch's statistics while it learns, by statistics tracked on the way afterwards.
#pragma once

#include <vector>

#include "nn/network.h"
#include "nn/torch_compat.h"

namespace zeroth::nn {

// The tracked statistics of every batch norm of a network: mean 0 and variance 1 at first.
class RunningNorms {
 public:
  explicit RunningNorms(const spaces::OpGraph& graph);

  // A forward pass by the statistics of this batch, which moves the tracked ones a tenth of the way to it (the variance
  // being the unbiased one), as PyTorch does. Takes part in autograd.
  torch::Tensor train(const Network& network, const torch::Tensor& images);
  // A forward pass by the tracked statistics.
  torch::Tensor evaluate(const Network& network, const torch::Tensor& images) const;

  // Mean and variance, each (C), of one batch norm after the other: what a checkpoint holds. Writing into them sets the
  // state.
  const std::vector<torch::Tensor>& tensors() const { return tensors_; }

 private:
  // Moves the tracked statistics where it is training.
  torch::Tensor forward(const Network& network, const torch::Tensor& images, bool training) const;

  std::vector<torch::Tensor> tensors_;
  std::vector<int> place_;  // by node: of its mean among them, -1 for all but batch norms
};

}  // namespace zeroth::nn
