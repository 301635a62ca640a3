// By how much one column predicts accuracy better than another, on the same rows and the same resamples.
#pragma once

#include <optional>
#include <string>

#include "eval/correlation.h"

namespace zeroth::eval {

struct PairedDifference {
  std::string first, second;
  size_t rows = 0, functions = 0;
  Estimate spearman, kendall;  // the first column's minus the second's
  // Share of the resamples in which the first column's Spearman is the larger one.
  std::optional<double> first_better;
};

// Failed scores tie at the bottom, or only rows count where both columns have a score. Throws core::UsageError with the
// columns that there are where one is unknown or both are the same.
PairedDifference paired_difference(const Population& population, const std::string& first, const std::string& second,
                                   const CorrelationOptions& options);

}  // namespace zeroth::eval
