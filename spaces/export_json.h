// A network as JSON: what it computes, with the shape and cost of every operator.
#pragma once

#include <nlohmann/json.hpp>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// {"params": n, "macs": n, "parameters": [{"name", "shape"}], "nodes": [{"op", "scope", "inputs", "shape", ...}],
//  "output": node}
//
// Nodes are in topological order and `inputs` and `parameters` of a node are places in the lists. `shape` is without
// the batch; `params` and `macs` of a node are its own (a parameter that nodes share counts for each), those on top are
// the network's.
nlohmann::ordered_json graph_json(const OpGraph& graph);

}  // namespace zeroth::spaces
