// Lowers a cell's dataflow, written or canonical, to operators of a network.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// Adds the operators of a weightless or parametric unit that reads node `x`, and returns the last.
using LowerUnit = std::function<int(OpGraph& net, const Unit& unit, int x)>;

// What a cell's output does with what it reads.
enum class Join { kSum, kConcat };

// What a reader gets in place of a sum without terms: a node of the shape that it expects, of zeros.
using MakeZeros = std::function<int(OpGraph& net, const Unit& reader)>;

// Adds the operators of a cell with these nodes for inputs, in the order of its input units, unit by unit, and returns
// the node of its output. Identities add nothing, sums become one kAdd. Zeros vanish from sums; where nothing else is
// left to read, the reader gets what `zeros` makes.
int lower_cell(OpGraph& net, const UnitGraph& cell, const std::vector<int>& inputs, Join join, const std::string& scope,
               const LowerUnit& lower_unit, const MakeZeros& zeros);
// The same of a cell with one input and maps of one shape, which sums: zeros are the input times zero, which keeps the
// reader connected. Returns `input` itself where the cell is the identity.
int lower_cell(OpGraph& net, const UnitGraph& cell, int input, const std::string& scope, const LowerUnit& lower_unit);

}  // namespace zeroth::spaces
