// The losses whose gradients proxies read.
#pragma once

#include "nn/minibatch.h"
#include "nn/setting.h"
#include "nn/torch_compat.h"

namespace zeroth::nn {

// The loss of setting.loss for a network's outputs on a minibatch of `minibatches`: logits (N, classes), or a dense
// output (N, classes, H, W) where the loss is kMse. A scalar that takes part in autograd.
torch::Tensor loss(const torch::Tensor& outputs, const Setting& setting, const MinibatchStore& minibatches, Draw draw,
                   int repeat);

}  // namespace zeroth::nn
