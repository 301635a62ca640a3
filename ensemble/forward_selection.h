// Which columns to combine: grown one at a time, each the one that helps most.
#pragma once

#include <optional>
#include <vector>

namespace zeroth::ensemble {

struct SelectionStep {
  size_t column;   // the one that joined
  double quality;  // of all that have joined so far
};

// Quality of a set of columns is the mean over targets of the Spearman correlation of its mean log rank (log_rank.h)
// with the target. The first step takes the best column; each further one the column that raises quality most (the
// earlier of equals), until none raises it by `least_gain` or `most` have joined. Columns in which all rows tie never
// join. Targets have a value in every row.
std::vector<SelectionStep> forward_selection(const std::vector<std::vector<std::optional<double>>>& columns,
                                             const std::vector<std::vector<double>>& targets, double least_gain,
                                             size_t most);

}  // namespace zeroth::ensemble
