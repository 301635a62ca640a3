// A cell as the dataflow of its units. A unit is one operation of the space, such as ReLU-conv-BN; it reads the sum of
// its operands, and an operand may repeat. Which architectures are the same function is decided on this graph
// (canonical.h), and a space lowers it to the operators of a whole network (op_graph.h).
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <string>
#include <vector>

namespace zeroth::spaces {

enum class UnitKind {
  kInput,       // an input of the cell, told apart by its label; reads nothing
  kZero,        // emits zeros
  kIdentity,    // emits the sum of its operands: skip connections and the cell's nodes
  kWeightless,  // a fixed function without parameters, such as average pooling: equal operands, equal result
  kParametric,  // has parameters: never equal to another unit
  kPart,        // emits the sum of its operands and stays, even where that is zero: a part of a concatenation
  kOutput       // the cell's output: the sum of its operands, or their concatenation where the space says so
};

struct Unit {
  UnitKind kind = UnitKind::kIdentity;
  std::string label;  // the operation's name in the space
  int origin = -1;    // the decision of the architecture that this unit came from, -1 where there is none
  // A weightless unit that is nevertheless never one with an equal unit: its width depends on who reads it.
  bool separate = false;
};

struct Operand {
  int position = 0;  // place among the reader's operands, in the order in which they are added up
};

// Vertices are units in topological order: an edge goes from a lower to a higher number. Inputs come first, the output
// last.
using UnitGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Unit, Operand>;

// Appends a unit that reads `operands` (numbers of earlier units, repeats allowed) and returns its number.
size_t add_unit(UnitGraph& graph, Unit unit, const std::vector<size_t>& operands);

// A network of blocks in a row: input, these units one after the other, output.
UnitGraph chain(const std::vector<Unit>& units);

// What a unit reads, by position.
std::vector<size_t> operands_of(const UnitGraph& graph, size_t unit);

}  // namespace zeroth::spaces
