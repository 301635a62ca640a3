// A cell of a user's space: its decisions, how they are written, and its dataflow.
//
// Operations on edges, as in NAS-Bench-201: |a~0|+|b~0|c~1|+... names for node 1, 2, ... the operation and the source
// of each incoming edge; node 0 is the cell's input, the last node its output, a node the sum of its edges.
// Operations on nodes, as in NAS-Bench-101: |a~0|+|b~0.1|+|~1.2| names for node 1, 2, ... its operation and the earlier
// nodes whose sum it reads, 0 being the input, and at last what the output adds up. A node may read nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spaces/unit_graph.h"
#include "spaces/user_space_description.h"

namespace zeroth::spaces {

class UserCell {
 public:
  UserCell(const Description& description, const CellDesign& design);

  const std::string& name() const { return design_->name; }
  int line() const { return design_->line; }
  // How many options each decision has: an edge's operation; or by node its operation and, for each earlier node, yes
  // or no, and the same without an operation for the output.
  const std::vector<int>& options() const { return options_; }

  std::string print(const int* choices) const;
  // Throws core::Error that says where the text is wrong.
  std::vector<int> parse(std::string_view text) const;
  // Units are labelled by their operation; their origin is the decision's number, the cell's first being `first`.
  UnitGraph graph(const int* choices, int first) const;

 private:
  std::string print_sources(const int* bits, int nodes) const;
  int parse_operation(std::string_view name, const std::string& where) const;
  std::vector<int> parse_edges(std::string_view group, int node) const;
  std::vector<int> parse_node(std::string_view group, int node) const;
  UnitGraph edge_graph(const int* choices, int first) const;
  UnitGraph node_graph(const int* choices, int first) const;

  const CellDesign* design_;
  std::vector<UnitKind> kinds_;  // of the operations
  std::vector<int> options_;
};

}  // namespace zeroth::spaces
