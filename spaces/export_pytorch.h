// A network as PyTorch source.
#pragma once

#include <string>
#include <string_view>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// One file with a class Network(nn.Module) that needs PyTorch (1.13 or later) and nothing else. Its parameters are the
// graph's, by the same names but where a module's own attribute is in the way, which gets an underscore;
// `parameter_order` lists them in the graph's order, which is that of load_values(). In train mode batch norms use the
// batch's statistics, in eval mode, before any training, mean 0 and variance 1. `title` becomes a comment on top; it
// may have several lines.
std::string pytorch_source(const OpGraph& graph, std::string_view title);

}  // namespace zeroth::spaces
