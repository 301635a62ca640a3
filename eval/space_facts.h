// What a search space knows of architectures without a pass, as columns to compare scores with.
#pragma once

#include "eval/population.h"
#include "spaces/search_space.h"

namespace zeroth::eval {

// Tells rows apart by what they compute, and adds `params`, `macs`, `live_params` and `live_macs` of the space's full
// network where the scores do not have them. Runs in parallel. Returns how many rows the space cannot read: their
// facts are failed cells and their function is their text.
size_t add_space_facts(Population& population, const spaces::SearchSpace& space);

// Adds the column `data_free` unless the scores have it: the mean of log(rank / rows) over live parameters, the longest
// convolution path and minus the number of terms that are results of poolings, all of the canonical form, with average
// ranks in this population (rows = best). It costs no pass, so a proxy's worth is its lift over it. Does nothing where
// the space is unknown.
void add_data_free(Population& population);

}  // namespace zeroth::eval
