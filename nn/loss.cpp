#include "nn/loss.h"

#include <vector>

namespace zeroth::nn {

torch::Tensor loss(const torch::Tensor& outputs, const Setting& setting, const MinibatchStore& minibatches, Draw draw,
                   int repeat) {
  if (setting.loss == Loss::kSum) return outputs.sum();
  if (setting.loss == Loss::kMse) return at::mse_loss(outputs, minibatches.source().targets(outputs, draw, repeat));
  return at::nll_loss(at::log_softmax(outputs, 1), minibatches.get(setting, draw, repeat).labels);
}

torch::Tensor image_loss_gradients(const torch::Tensor& outputs, const Setting& setting,
                                   const MinibatchStore& minibatches, int repeat) {
  const at::AutoGradMode gradients(true);
  const torch::Tensor leaf = outputs.detach().set_requires_grad(true);
  const torch::Tensor value = loss(leaf, setting, minibatches, Draw::kFirst, repeat);
  // The other losses are means over the images.
  const double images = setting.loss == Loss::kSum ? 1.0 : static_cast<double>(outputs.size(0));
  return torch::autograd::grad({value}, {leaf})[0] * images;
}

torch::Tensor true_classes(const torch::Tensor& outputs, const torch::Tensor& labels) {
  std::vector<int64_t> sizes = outputs.sizes().vec();
  sizes[1] = 1;
  std::vector<int64_t> by_image(sizes.size(), 1);
  by_image[0] = sizes[0];
  return at::zeros_like(outputs).scatter_(1, labels.reshape(by_image).expand(sizes), 1.0);
}

}  // namespace zeroth::nn
