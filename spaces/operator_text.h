// One operator of a network as a text, by which tables of measured operators name it.
#pragma once

#include <string>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// "conv2d in=16x32x32 out=32x16x16 kernel=3x3 stride=2 padding=1x1 groups=1": everything that its time depends on, and
// nothing else. Shapes are (channels x height x width) of one image, one for each operand, joined by +.
std::string operator_text(const OpGraph& graph, const OpNode& node);

}  // namespace zeroth::spaces
