#include "proxies/reduce.h"

#include <cmath>

namespace zeroth::proxies {

torch::Tensor laid_out_like(const torch::Tensor& tensor, const torch::Tensor& model) {
  if (tensor.strides() == model.strides() && tensor.is_non_overlapping_and_dense()) return tensor;
  if (!model.is_non_overlapping_and_dense()) return tensor.contiguous();
  torch::Tensor copy = torch::empty_strided(tensor.sizes(), model.strides(), tensor.options().requires_grad(false));
  copy.copy_(tensor.detach());
  return copy;
}

double l2_norm(const torch::Tensor& tensor) {
  return std::sqrt(sum_over(tensor, [](double x) { return x * x; }));
}

}  // namespace zeroth::proxies
