// How the variance of feature maps grows through a network with independent N(0, 1) weights and no batch norm: worked
// out on the graph, without weights.
#pragma once

#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// By node, the natural logarithm of the variance: 0 for the input, plus the logarithm of the fan-in by a convolution or
// linear layer. A sum adds variances, a concatenation averages them over its channels. Everything else leaves it, gates
// too, but for zeros, whose logarithm is minus infinity.
std::vector<double> log_variances(const OpGraph& graph);

// The part of a network at one resolution, by its result.
struct Stage {
  FeatureShape shape;
  double log_variance = 0.0;
};
// From the largest maps to the smallest; the last ends where maps are averaged to one vector.
std::vector<Stage> stages(const OpGraph& graph);

}  // namespace zeroth::spaces
