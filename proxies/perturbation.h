// Zen's measurements: how far a network's features move when its images do, and how wide the inputs of its batch norms
// spread.
#pragma once

#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Reads one forward pass with batch statistics: give observe() to it.
class FeatureWatch {
 public:
  explicit FeatureWatch(const nn::Network& network);

  void observe(const nn::NodeResult& result);

  // What the last global pooling reads; the logits where there is none.
  const torch::Tensor& features() const { return features_; }
  // For each batch norm in the order of execution: the unbiased variance of its input, mean over channels. Infinite
  // where a channel has a single value.
  const std::vector<double>& variances() const { return variances_; }

 private:
  const nn::Network& network_;
  int feature_node_;
  torch::Tensor features_;
  std::vector<double> variances_;
};

struct Perturbation {
  double distance = 0.0;                                  // mean over images of the features' L1 distance
  std::vector<double> first_variances, second_variances;  // of the two forwards, by batch norm
};

// Of a forward pass of the images and one of the moved images.
Perturbation perturbation(const FeatureWatch& first, const FeatureWatch& second);

}  // namespace zeroth::proxies
