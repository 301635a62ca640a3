// How far columns of scores order the same architectures alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eval/rank_matrix.h"

namespace zeroth::eval {

struct Redundancy {
  std::vector<std::string> columns;  // neighbours order alike; columns of equal cells are left out
  // [row][column], symmetric, over average ranks; 1 on the diagonal. Nothing where the rows that both columns cover
  // have nothing to rank.
  std::vector<std::vector<std::optional<double>>> spearman;
};

// Spearman of every pair of columns over the rows that both cover, a failed score tying below every other; covered[c]
// says by row what column c covers, and is empty where it covers all. The columns are put in a
// chain: first the one that is most like the others, then each time the one most like the last, by absolute value.
Redundancy redundancy(const std::vector<ScoreColumn>& columns, const std::vector<Coverage>& covered);

}  // namespace zeroth::eval
