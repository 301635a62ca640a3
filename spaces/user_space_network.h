// The network of a user's space: its parts in a row, then the head and the classifier.
//
// Parts of blocks that stand side by side, at least one of which decides something, are one chain of units for the
// canonical form; blocks between which nothing is decided are no units. Module names: a part's scope, with a number
// where several parts or repeats share it, and below it the operator's place in its block; "blocks.N" in a chain, whose
// units may move; "SCOPE.N.layers.DECISION.op" in a cell; "lastact" for the head, "classifier" for the logits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spaces/user_space_decisions.h"

namespace zeroth::spaces {

class UserNetwork {
 public:
  // Both must outlive the network.
  UserNetwork(const Description& description, const Decisions& decisions);

  // The cells in the file's order, then the chains in the network's.
  std::vector<UnitGraph> cells(const Architecture& architecture) const;
  // Throws core::UsageError where the shape does not fit the operators, with their line.
  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const;

 private:
  class Lowering;
  // What stands side by side: a part with a cell, blocks that are a chain, or blocks that are always the same.
  struct Segment {
    enum class Kind { kCell, kChain, kFixed } kind = Kind::kFixed;
    std::vector<size_t> parts;
    size_t graph = 0;  // among the cells, of cells and chains
  };

  void add_units(size_t part, const Architecture& architecture, std::vector<Unit>& units) const;

  const Description* description_;
  const Decisions* decisions_;
  std::vector<Segment> segments_;
};

}  // namespace zeroth::spaces
