#include "proxies/coupled_kernel.h"

namespace zeroth::proxies {
namespace {

constexpr int64_t kColumns = 65536;  // of the gradient matrix that are turned to float64 at a time

}  // namespace

Eigen::MatrixXd coupled_kernel(const torch::Tensor& logits, const std::vector<torch::Tensor>& params) {
  int64_t elements = 0;
  for (const torch::Tensor& param : params) elements += param.numel();
  const int64_t images = logits.size(0);
  const torch::Tensor gradients = torch::zeros({images, elements}, logits.options().requires_grad(false));
  for (int64_t n = 0; n < images; ++n) {
    const auto gradient = torch::autograd::grad({logits.select(0, n).sum()}, params, {}, /*retain_graph=*/true,
                                                /*create_graph=*/false, /*allow_unused=*/true);
    const torch::Tensor row = gradients.select(0, n);
    int64_t offset = 0;
    for (size_t i = 0; i < params.size(); ++i) {
      const int64_t count = params[i].numel();
      if (gradient[i].defined()) row.narrow(0, offset, count).copy_(gradient[i].reshape({-1}));
      offset += count;
    }
  }
  torch::Tensor kernel = torch::zeros({images, images}, torch::kFloat64);
  for (int64_t column = 0; column < elements; column += kColumns) {
    const torch::Tensor block = gradients.narrow(1, column, std::min(kColumns, elements - column)).to(torch::kFloat64);
    kernel += at::mm(block, block.t());
  }
  return Eigen::Map<const Eigen::MatrixXd>(kernel.data_ptr<double>(), images, images);
}

}  // namespace zeroth::proxies
