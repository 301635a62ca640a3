// Spearman between columns, each with each: which scores say the same, and what one says that the others do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "eval/correlation.h"
#include "eval/levels.h"

namespace zeroth::eval {

// Symmetric; nullopt where a column has one value only.
struct RankMatrix {
  std::vector<std::string> columns;
  std::vector<std::optional<double>> values;  // row by row

  size_t size() const { return columns.size(); }
  const std::optional<double>& at(size_t i, size_t j) const { return values[i * size() + j]; }
};

// The rows that a pair of columns counts on; none says all.
using CountedRows = std::function<std::optional<std::vector<uint32_t>>(size_t i, size_t j)>;

// One name for each column. Without `counted` every pair counts on all rows.
RankMatrix rank_matrix(std::vector<std::string> names, const std::vector<Levels>& levels,
                       const CountedRows& counted = {});

// By row, what a column covers; empty where it covers all rows.
using Coverage = std::vector<bool>;

// Failed cells tie at the bottom of their column, or a pair of columns counts on the rows where both have a value. With
// a coverage for each column, a pair counts on the rows that both cover.
RankMatrix rank_matrix(const std::vector<ScoreColumn>& columns, FailedPolicy policy,
                       const std::vector<Coverage>& coverage = {});

// What a column adds to all others of the matrix but the last, which is what they predict.
struct Conditional {
  // Partial rank correlation with the last column, the others held (Kendall and Gibbons, Rank Correlation Methods,
  // 1990, chapter 8, on Spearman's coefficients).
  std::optional<double> partial;
  // By how much the column, added last, raises the share of the variance of the last column's ranks that a linear model
  // of ranks explains (the squared semipartial correlation).
  std::optional<double> gain;
};

// One for each column but the last; empty where the column's ranks are a linear function of the others' (such as
// parameters and multiply-adds in one order) or the matrix has no value for it.
std::vector<Conditional> conditionals(const RankMatrix& matrix);

}  // namespace zeroth::eval
