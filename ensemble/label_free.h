// Ensembles that need no labels: the ranks of score columns within a pool in, one score a row out. Each is one file and
// one line of ensembles.def.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string_view>
#include <vector>

namespace zeroth::ensemble {

// By column, then by row; a cell without a value has failed.
using Columns = std::vector<std::vector<std::optional<double>>>;

// Ranks within the pool, shape (rows, informative columns): 1 is the worst row, `rows` the best, ties share their
// average, failed cells tie at the bottom. A column in which all rows tie says nothing and is left out.
Eigen::ArrayXXd pool_ranks(const Columns& columns);

struct LabelFree {
  std::string_view name;     // as the command line spells it
  std::string_view formula;  // of ranks r among n rows, n the best, over m columns
  std::string_view source;
  // What a column says of a rank among so many rows, where the score is the mean over columns of that; else null.
  double (*term)(double rank, double rows);
  // The score where there is no term, of ranks with at least one row and one column; else null. Larger is better.
  Eigen::VectorXd (*combine)(const Eigen::ArrayXXd& ranks);
};

// In the order of ensembles.def.
const std::vector<LabelFree>& label_free_ensembles();
// Throws core::UsageError with the valid names.
const LabelFree& find_label_free(std::string_view name);

// The score of each row, which depends on the other rows; 0 throughout where no column tells rows apart.
// O(m n log n).
Eigen::VectorXd combine(const LabelFree& ensemble, const Columns& columns);

}  // namespace zeroth::ensemble
