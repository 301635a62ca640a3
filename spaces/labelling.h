// The canonical order of a graph's units: the same for all graphs that differ only in how units are numbered and
// operands ordered.
#pragma once

#include "spaces/dataflow.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// The graph of these units in canonical order (topological, the input first), each unit's operands ascending. Labels
// are told apart, origins are not. Of all orders that colour refinement leaves open, the one with the least encoding()
// is taken.
UnitGraph in_canonical_order(const Dataflow& flow);

}  // namespace zeroth::spaces
