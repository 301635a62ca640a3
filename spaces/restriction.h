// What some architectures of a space leave of its supernet: on each edge, or in each layer, the operations that they
// use. A tool that trains a supernet (DARTS, SPOS) restricts it to these.
#pragma once

#include <string>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

// Where an architecture uses an operation. Nodes of a cell count from 0, its inputs first, as DARTS counts them.
struct PlacedOperation {
  int cell = 0;
  int source = -1, target = -1;  // nodes; -1 in networks of layers in a row
  int layer = -1;                // number of the decision, from 0; -1 between nodes
  std::string operation;         // as the space names it
};

// In the order in which the space decides.
std::vector<PlacedOperation> placed_operations(const SearchSpace& space, const Architecture& architecture);

// One JSON object: {"space": ..., "architectures": n, "edges": {"normal 0->2": {"sep_conv_3x3": 12, ...}, ...}}, with
// how many of the architectures use each operation there, the most frequent first. Edges are "0->1", with the cell in
// front where there are several, and "layer 3" in networks of layers in a row; one that nobody uses is left out.
std::string restriction_json(const SearchSpace& space, const std::vector<Architecture>& architectures);

}  // namespace zeroth::spaces
