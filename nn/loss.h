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

// The gradient of each image's own loss to its outputs, of the outputs' shape: what all images' gradients to the
// weights start from.
torch::Tensor image_loss_gradients(const torch::Tensor& outputs, const Setting& setting,
                                   const MinibatchStore& minibatches, int repeat);

// 1 at the outputs of each image's true class, 0 elsewhere, of the outputs' shape.
torch::Tensor true_classes(const torch::Tensor& outputs, const torch::Tensor& labels);

}  // namespace zeroth::nn
