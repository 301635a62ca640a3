// What carried the combined scores of rows of a pool.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ensemble/label_free.h"
#include "ensemble/learned.h"

namespace zeroth::ensemble {

struct Contribution {
  std::string column;
  size_t family;                // of columns that agree; of a label-free ensemble each column is its own
  double sign;                  // -1 where low values were learned to be better
  std::optional<double> value;  // of the row
  double percentile;            // (rank - 1/2) / n of the value within the pool, in per cent
  double amount;                // of the score
};

// For each of the rows, by column of the model that the pool has and that differs there, in the plan's order. A
// column's amount is its weights times its rank and log rank, and its share in its family's; the amounts add up to the
// predicted mean.
std::vector<std::vector<Contribution>> contributions(const LearnedModel& model, const std::vector<std::string>& columns,
                                                     const Columns& values, const std::vector<size_t>& rows);

// The same of an ensemble whose score is a mean over columns (LabelFree::term): by column that tells rows apart, in the
// order given, its term over the number of such columns.
std::vector<std::vector<Contribution>> contributions(const LabelFree& ensemble, const std::vector<std::string>& columns,
                                                     const Columns& values, const std::vector<size_t>& rows);

// Puts the largest amounts first, whatever their sign; equal ones keep their order.
void sort_by_size(std::vector<Contribution>& contributions);

}  // namespace zeroth::ensemble
