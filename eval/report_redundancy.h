// How far columns of scores order the same architectures alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eval/population.h"

namespace zeroth::eval {

struct Redundancy {
  std::vector<std::string> columns;           // neighbours order alike; columns of equal cells are left out
  std::vector<std::vector<double>> spearman;  // [row][column], symmetric, over average ranks; 1 on the diagonal
};

// Spearman of every pair of columns over all rows, a failed score tying below every other. The columns are put in a
// chain: first the one that is most like the others, then each time the one most like the last, by absolute value.
Redundancy redundancy(const std::vector<ScoreColumn>& columns);

}  // namespace zeroth::eval
