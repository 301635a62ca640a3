// What carried the learned score of one row of a pool.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

struct Contribution {
  std::string column;
  size_t family;
  double sign;                  // -1 where low values were learned to be better
  std::optional<double> value;  // of the row
  double percentile;            // (rank - 1/2) / n of the value within the pool, in per cent
  double amount;                // of the score
};

// By column of the model that the pool has and that differs there, in the plan's order. A column's amount is its
// weights times its rank and log rank, and its share in its family's; the amounts add up to the predicted mean.
std::vector<Contribution> contributions(const LearnedModel& model, const std::vector<std::string>& columns,
                                        const Columns& values, size_t row);

}  // namespace zeroth::ensemble
