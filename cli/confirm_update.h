// What short training of a few teaches of the rest of their pool.
#pragma once

#include <string>
#include <vector>

#include "core/score_table.h"
#include "ensemble/ensemble_file.h"
#include "search/confirm/confirm.h"

namespace zeroth::cli {

// Rows of `scores` ordered by the posterior of a learned ensemble, given how the trained ones came out:
// rank,arch,learned,deviation,trained. `trained` is the place in the confirmation, from 1 on; the labels are these
// places, because architectures that were halted early have no accuracy to compare with the others'. Throws core::Error
// where no two trained architectures are rows of the table.
std::string updated_order_csv(const ensemble::EnsembleFile& file, const core::ScoreTable& scores,
                              const std::vector<search::Entrant>& entrants,
                              const std::vector<search::Confirmed>& results);

}  // namespace zeroth::cli
