// Fisher pruning's channel saliency, collected while a backward pass runs.
#pragma once

#include <memory>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Give observe() to a forward pass, then put the backward pass between start() and stop().
class ChannelSaliency {
 public:
  explicit ChannelSaliency(const nn::Network& network);

  // Watches the outputs of convolutions (N, C, H, W) and linear layers, (N, C) or tokens (N, T, C).
  void observe(const nn::NodeResult& result);
  void start() { state_->active = true; }
  // For each convolution and linear layer in module order, by output channel: 1/2 mean_n (sum a * dL/da)^2, summed over
  // positions.
  std::vector<std::vector<double>> stop();

 private:
  // Gradient hooks outlive no backward pass, but share this with them.
  struct State {
    bool active = false;  // backward passes for other purposes run the hooks too
    std::vector<std::vector<double>> saliency;
  };

  const nn::Network& network_;
  std::shared_ptr<State> state_;
};

}  // namespace zeroth::proxies
