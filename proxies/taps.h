// Tapped feature maps (spaces/op_graph.h) as AZ-NAS reads them: how many directions each spreads over, and what becomes
// of a random signal on its way back from one to the one before.
#pragma once

#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Keeps the tapped maps of a forward pass: give observe() to it.
class Taps {
 public:
  explicit Taps(const nn::Network& network);

  void observe(const nn::NodeResult& result);
  // In the order of the graph's taps; a map that is tapped twice stands twice.
  std::vector<torch::Tensor> maps() const;

 private:
  const nn::Network& network_;
  std::vector<bool> tapped_;           // by node
  std::vector<torch::Tensor> values_;  // by node
};

// With s the eigenvalues of the covariance of a map's channels over images and positions, p = s / sum s:
// -sum p ln(p + 1e-8). nan for a map that is constant.
double spectral_entropy(const torch::Tensor& map);

// The way back from a tapped map to the one before.
struct TapStep {
  bool identity = false;  // every element of the signal arrives as it left
  // Largest singular value of A^T B / rows, B the signal at the later map, A what arrives at the earlier one; rows are
  // images and positions of the later map, columns channels; pixels that one position stands for are channels of A.
  // nan where the earlier grid is no multiple of the later.
  double gain = 1.0;
};

// Sends `signal`, of the later map's shape, back by autograd; the graph stays.
TapStep tap_step(const torch::Tensor& earlier, const torch::Tensor& later, const torch::Tensor& signal);

}  // namespace zeroth::proxies
