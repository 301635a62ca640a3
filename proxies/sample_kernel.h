// What is made of the gradients of single images.
#pragma once

#include <Eigen/Core>

#include "proxies/sample_gradients.h"

namespace zeroth::proxies {

// The Gram matrix (N, N) of images' gradients, put together layer by layer.
class SampleKernel {
 public:
  explicit SampleKernel(int64_t images) : matrix_(Eigen::MatrixXd::Zero(images, images)) {}

  void add(const torch::Tensor& rows);
  const Eigen::MatrixXd& matrix() const { return matrix_; }

 private:
  Eigen::MatrixXd matrix_;
};

// The tangent kernel of logit sums if an image's logits depend on that image alone: Theta[n][m] = <g_n, g_m>, g_n the
// gradient of the sum of image n's logits to weights and batch norm gains. `gradients` has observed a forward pass.
Eigen::MatrixXd sample_kernel(SampleGradients& gradients, const torch::Tensor& logits);

// Sum over the columns of `rows` (N, elements) of how far the signs agree: |elements above 0 - elements below 0|.
double sign_agreement(const torch::Tensor& rows);

}  // namespace zeroth::proxies
