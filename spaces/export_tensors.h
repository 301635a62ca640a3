// What every export format says of an operator: its name and the shape of its tensor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// "conv2d", "batch_norm", ...; an activation has its function's name.
std::string_view operator_name(const OpNode& node);

// By node: the shape of its tensor for one image, without the leading batch. A map is {C, H, W} and a vector {C}, which
// FeatureShape does not tell apart where a map is one pixel; tokens are {T, C}, the input of a text network {T},
// attention scores {heads, queries, keys}.
std::vector<std::vector<int64_t>> tensor_shapes(const OpGraph& graph);

// The tokens of a text network's input are below this; 0 where the input is an image.
int64_t vocabulary(const OpGraph& graph);

// The part of the network that an operator belongs to: its scope up to and with the first number, "cells.0", or else
// the scope's first name.
std::string part_of(const OpNode& node);

}  // namespace zeroth::spaces
