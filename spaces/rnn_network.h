// Recurrent cells as units, and the language model that they make (see rnn.cpp).
#pragma once

#include "core/random.h"
#include "spaces/op_graph.h"
#include "spaces/rnn_cell.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// A cell as the authors' generator draws it. Takes two elements of the stream, from `first` on.
RnnCell random_rnn_cell(const core::Stream& stream, uint32_t first);

// Units read sums, and products and linear nodes do not: each operand of theirs is a weightless unit "operand", which
// emits what it reads, and which is the same unit where the value is the same. A blend is two products and a sum. The
// output reads those states on which the cell's first state depends, now or steps later. Inputs are the same for all
// cells, so that a state that nothing depends on leaves no trace.
UnitGraph rnn_units(const RnnCell& cell);

OpGraph rnn_network(const UnitGraph& cell, const NetShape& shape);

}  // namespace zeroth::spaces
