// Facts of canonical cells that need no network.
#pragma once

#include <vector>

#include "spaces/search_space.h"

namespace zeroth::spaces {

// Parametric units on the longest path, summed over cells.
int convolution_path(const std::vector<UnitGraph>& canonical);
// How often results of poolings are added up.
int pool_terms(const std::vector<UnitGraph>& canonical);

}  // namespace zeroth::spaces
