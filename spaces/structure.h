// The shape of a network and of its cells, counted on their graphs.
#pragma once

#include <optional>
#include <vector>

#include "spaces/op_graph.h"
#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// Operators of a network by kind; those that no other feature needs are not counted.
struct OpCounts {
  int convolutions_1x1 = 0, convolutions_3x3 = 0, other_convolutions = 0;
  int poolings = 0;  // over windows
  int sums = 0, linears = 0;
};
OpCounts count_operators(const OpGraph& graph);

// Ways from the input to the output along operands, an operand that repeats counting as often; operators that emit
// zeros let none through.
struct Paths {
  double log_count = 0.0;  // natural logarithm of their number
  int shortest = 0;        // in convolutions and linear layers
  int longest = 0;
};
// None where the output is cut off.
std::optional<Paths> paths(const OpGraph& graph);

// Most operators at one depth, which is the number of operators on the longest way from the input.
int width(const OpGraph& graph);

// Operations of this kind that the architecture chose, over all cells; its nodes are none.
int chosen_units(const std::vector<UnitGraph>& cells, UnitKind kind);

// Mean of j - i - 1 over the skip connections from the i-th node of a cell to the j-th, its input being the first; 0
// where there is none.
double mean_skip_span(const std::vector<UnitGraph>& cells);

// Parametric units on the longest path, summed over cells.
int convolution_path(const std::vector<UnitGraph>& canonical);
// How often results of poolings are added up.
int pool_terms(const std::vector<UnitGraph>& canonical);

}  // namespace zeroth::spaces
