// An architecture as numbers, without a network: what a surrogate can learn from.
#pragma once

#include <vector>

#include "spaces/search_space.h"

namespace zeroth::search {

// Logarithms of size and cost, as written and live; counts of operators, of ways through the network and of chosen
// units, all of the space's full network, zeros where that cannot be built. Where decisions are independent, also a 1
// or 0 for each option of each. One length for all architectures of a space.
std::vector<double> structure_features(const spaces::SearchSpace& space, const spaces::Architecture& architecture);

}  // namespace zeroth::search
