// Liveness over the operator graph: how long results are needed, and the memory that those of one forward pass take.
#pragma once

#include <cstdint>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::spaces {

// By node: the last that reads it, its own number where none does.
std::vector<size_t> last_readers(const OpGraph& graph);

// The most bytes of results that are alive at one moment while the nodes run in their order, for one image in float32.
// Every operator writes a result of its own, in place of none of its operands; a result is freed after its last reader,
// one that nobody reads after its own node, the last node's never. Weights and what an operator needs inside itself do
// not count.
int64_t activation_bytes(const OpGraph& graph);

}  // namespace zeroth::spaces
