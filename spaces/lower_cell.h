// Lowers a cell's dataflow, written or canonical, to operators of a network.
#pragma once

#include <functional>
#include <string>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// Adds the operators of a weightless or parametric unit that reads node `x`, and returns the last.
using LowerUnit = std::function<int(OpGraph& net, const Unit& unit, int x)>;

// Adds the cell's operators, unit by unit, and returns the node of its output; `input` itself where the cell is the
// identity. Identities add nothing, sums become one kAdd. Zeros vanish from sums; where nothing else is left to read,
// the reader gets `input` times zero, which keeps it connected.
int lower_cell(OpGraph& net, const UnitGraph& cell, int input, const std::string& scope, const LowerUnit& lower_unit);

}  // namespace zeroth::spaces
