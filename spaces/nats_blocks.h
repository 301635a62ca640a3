// What the two networks of NATS-Bench share, that of its topology space (NAS-Bench-201) and that of its size space. All
// convolutions are without bias, all batch norms affine; OpNode::modules follows the authors' module tree.
#pragma once

#include <cstdint>
#include <string>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// ReLU, convolution, batch norm: scopes `scope`.0, .1, .2.
int nats_operation(OpGraph& net, int x, int64_t channels, int kernel, int stride, const std::string& scope);
// A residual block that halves the map.
int nats_reduction(OpGraph& net, int x, int64_t channels, const std::string& scope);
int nats_stem(OpGraph& net, int x, int64_t channels);
int nats_head(OpGraph& net, int x, const NetShape& shape);

}  // namespace zeroth::spaces
