// What can be said of an architecture without a pass: size, cost and structure of its full network.
#pragma once

#include <cstdint>
#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

struct Facts {
  int64_t params = 0;       // all trainable parameters, as written: convolutions, batch norm, linear and its bias
  int64_t macs = 0;         // multiply-adds of convolutions and linear layers for one image, as written
  int64_t live_params = 0;  // the same for the canonical network: dead parts do not count
  int64_t live_macs = 0;
  int convolution_path = 0;  // parametric units on the longest path of the canonical cells, summed over cells
  int pool_terms = 0;        // how often results of poolings are added up in the canonical cells

  std::vector<UnitGraph> cells, live_cells;  // as written and canonical
  OpGraph network, live_network;             // what they lower to
};

// The two of them that need no network.
int convolution_path(const std::vector<UnitGraph>& canonical);
int pool_terms(const std::vector<UnitGraph>& canonical);

// Cost is that of space.lower() at `shape`, usually space.full_shape().
Facts facts(const SearchSpace& space, const Architecture& architecture, const NetShape& shape);
// The same where the cells, as written and canonical, are at hand.
Facts facts(const SearchSpace& space, const std::vector<UnitGraph>& written, const std::vector<UnitGraph>& canonical,
            const NetShape& shape);

}  // namespace zeroth::spaces
