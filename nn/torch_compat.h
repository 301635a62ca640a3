// The one door to LibTorch: tensors, operators and gradients, and what differs between 1.13 and 2.x. <torch/torch.h>
// is never included: it costs 10 s a file.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
