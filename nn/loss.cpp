#include "nn/loss.h"

namespace zeroth::nn {

torch::Tensor loss(const torch::Tensor& outputs, const Setting& setting, const MinibatchStore& minibatches, Draw draw,
                   int repeat) {
  if (setting.loss == Loss::kSum) return outputs.sum();
  if (setting.loss == Loss::kMse) return at::mse_loss(outputs, minibatches.targets(outputs, draw, repeat));
  return at::nll_loss(at::log_softmax(outputs, 1), minibatches.get(setting, draw, repeat).labels);
}

}  // namespace zeroth::nn
