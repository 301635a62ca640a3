// The tangent kernel of a minibatch with its batch statistics frozen: what TE-NAS's coupled kernel becomes when an
// image's logits depend on that image alone, at the price of one backward pass for all images.
#pragma once

#include <Eigen/Core>
#include <map>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Give observe() to a forward pass with batch statistics, then call backward().
class SampleKernel {
 public:
  explicit SampleKernel(const nn::Network& network);

  void observe(const nn::NodeResult& result);

  // Theta[n][m] = <g_n, g_m>, g_n the gradient of the sum of image n's logits to the weights of convolutions, linear
  // layers and batch norms, means and deviations held constant. The backward pass is our own: at each layer the
  // gradients of all images are one batched product of what autograd would only give summed.
  Eigen::MatrixXd backward();

 private:
  void add_gradient(int node, const torch::Tensor& gradient);
  void convolution(const spaces::OpNode& node, const torch::Tensor& gradient);
  void batch_norm(size_t index, const spaces::OpNode& node, const torch::Tensor& gradient);
  void linear(const spaces::OpNode& node, const torch::Tensor& gradient);
  // Adds the Gram matrix of rows (N, elements).
  void add_gram(const torch::Tensor& rows);
  const torch::Tensor& patches(const spaces::OpNode& node);

  const nn::Network& network_;
  std::vector<torch::Tensor> values_, inverse_deviations_, gradients_;
  std::map<std::tuple<int, int, int, int>, torch::Tensor> patches_;  // by source, kernel, stride, padding
  Eigen::MatrixXd kernel_;
};

}  // namespace zeroth::proxies
