// What the two spaces of TransNAS-Bench-101 share: stem, convolution, head and the shape of the benchmark.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spaces/op_graph.h"

namespace zeroth::spaces::transnas101 {

// 256x256 images and the 47 classes of the scene task.
NetShape full_shape();

// The image and two convolutions of stride 2, the first to half of the channels. Throws core::UsageError for a shape
// that the network cannot have; `reduction` is by what the whole of it divides the image at most.
int stem(OpGraph& net, const NetShape& shape, std::string_view space, int64_t reduction);

// ReLU, convolution, batch norm; `scope` is the authors' module around the sequence.
int operation(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope);

void head(OpGraph& net, int x, const NetShape& shape);

}  // namespace zeroth::spaces::transnas101
